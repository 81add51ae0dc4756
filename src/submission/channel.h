// The wire below the protocol: connected, TLS and AUTH done.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "submission/submission.h"

namespace requeue::submission {

class Channel {
 public:
  virtual ~Channel() = default;
  // Asked from time to time, and after each signal, while nothing comes or goes, with what is left of the timeout.
  // False: the wait ends with an error (Cause::interrupted).
  using GoesOn = std::function<bool(std::chrono::seconds left)>;
  void while_silent(GoesOn goes_on) { goes_on_ = std::move(goes_on); }
  // All of it. An error: how much of it went out is not known.
  virtual Result<void> send(std::string_view bytes) = 0;
  // At least one byte; an error when the server closed, or said nothing for so long.
  virtual Result<std::string> receive(std::chrono::seconds timeout) = 0;
  // Closes without a word: what was begun must not be ended by a QUIT that is taken for text.
  virtual void drop() = 0;
  // What this host is called, for EHLO: a name with a domain, or an address in brackets.
  [[nodiscard]] virtual std::string own_name() const = 0;

 protected:
  [[nodiscard]] bool goes_on(std::chrono::seconds left) const { return !goes_on_ || goes_on_(left); }

 private:
  GoesOn goes_on_;
};

inline tl::unexpected<Error> wait_ended() {
  return failure(Error{Exit::interrupted,
                       Cause::interrupted,
                       "the SMTP server was not waited for any longer",
                       {},
                       "Ctrl-C ended the wait for its answer",
                       {}});
}

// Errors: Exit::precondition, or Exit::usage where this build has no SMTP.
Result<std::unique_ptr<Channel>> open_channel(const Server& server);

}  // namespace requeue::submission
