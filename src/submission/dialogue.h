// One connection's talk: RFC 5321 from EHLO on, message after message.
#pragma once

#include "submission/channel.h"

namespace requeue::submission {

class Dialogue {
 public:
  explicit Dialogue(std::unique_ptr<Channel> channel, Interruption interruption = {});
  ~Dialogue();  // says QUIT where the connection is whole
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  // EHLO (what the server can do), then NOOP. Exit::precondition when the server says no.
  Result<void> greet();
  Result<Submitted> send(const Letter& letter, const Permit& permit);
  [[nodiscard]] bool takes_eight_bit() const { return eight_bit_; }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  // What hangs on an answer: nothing yet, the message that is on its way, or nothing any more.
  enum class Stage { command, message, farewell };
  bool wait_on(std::chrono::seconds left);
  Result<Answer> ask(std::string_view command, std::chrono::seconds timeout);
  Result<Answer> read_answer(std::chrono::seconds timeout);
  Result<std::string> read_line(std::chrono::seconds timeout);
  [[nodiscard]] std::string mail_command(const Letter& letter) const;
  void reset();
  Submitted broke(Submitted so_far, Standing standing, const Error& error);
  Result<Submitted> offer(const Letter& letter, const Permit& permit, Submitted so_far);
  Submitted transfer(const Letter& letter, Submitted so_far);
  Result<void> send_body(ByteReader& body);
  void learn(std::string_view line);

  std::unique_ptr<Channel> channel_;
  std::string received_;  // bytes of the server that are not read yet
  Interruption interruption_;
  Stage stage_ = Stage::command;
  std::optional<Stage> told_;  // that Ctrl-C was heard
  unsigned told_at_ = 0;       // presses, then
  bool size_ = false, eight_bit_ = false, utf8_ = false;
  bool broken_ = false;
};

}  // namespace requeue::submission
