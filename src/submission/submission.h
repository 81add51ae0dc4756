// Mail handed to an SMTP server (RFC 5321): one connection for many messages, and an answer for each recipient. This
// room knows the protocol and the wire, and nothing of queues.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace requeue::submission {

enum class Tls {
  required,    // STARTTLS, its certificate checked, or nothing is sent
  if_offered,  // STARTTLS where the server offers it; checked then. With a password: as required
  off,
};
std::optional<Tls> tls_of(std::string_view word);  // "required", "if-offered", "off"
std::string_view to_string(Tls tls);

struct Server {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 25;
  Tls tls = Tls::required;
  std::string ca_file;         // PEM; empty: the system's
  std::string user, password;  // empty: no AUTH
};

// "HOST:PORT", "[::1]:25"; nullopt when it is none.
std::optional<Server> server_of(std::string_view text);
// As written on the command line, for records and for people.
std::string to_string(const Server& server);
// By its text alone, no look-up: 127.0.0.0/8, ::1, localhost. What goes there crosses no network.
bool is_loopback(std::string_view host);
// Without --smtp-tls: off for a loopback address, else required.
Tls usual_tls(std::string_view host);

// What the server said to one command. `text` is raw bytes of the server, its lines joined by blanks.
struct Answer {
  int code = 0;  // 0: none
  std::string text;
  [[nodiscard]] bool is_yes() const { return code >= 200 && code < 300; }
  [[nodiscard]] bool is_for_now() const { return code >= 400 && code < 500; }
};

struct Letter {
  std::string sender;  // bare; empty: the null sender
  std::vector<std::string> recipients;
  std::uint64_t size = 0;  // bytes of the body, announced by SIZE=
  bool eight_bit = false;  // holds bytes beyond ASCII
  ByteReader& body;        // lines that end in CRLF, dots not doubled
};

enum class Standing {
  accepted,    // the server's 2xx to the end of the message
  refused,     // its 4xx or 5xx to the sender, to every recipient, to DATA or to the message: it does not have it
  deferred,    // 4xx to a recipient: nobody was sent anything, so that nobody is left out
  lost,        // the connection broke before anything of the message was sent
  unreached,   // there is no connection and none could be made
  unanswered,  // broke after something of the message was sent, and before the answer: it may have it
};

struct Submitted {
  Standing standing = Standing::lost;
  std::vector<Answer> recipients;  // of each recipient asked, in the order of the letter
  Answer answer;                   // the one that decided
  std::string why;                 // in words, of a broken connection
  bool given_up = false;           // it was we who broke it: a person would not wait any longer
};

// Asked once every recipient was answered and at least one is taken, before DATA: what it records is on the disk before
// anything of the message leaves. An error: DATA is never sent, and send() gives that error.
using Permit = std::function<Result<void>(const std::vector<Answer>& recipients)>;

class Submitter {
 public:
  virtual ~Submitter() = default;
  // The only errors are those of `permit`. A connection that was used before and broke is made anew once, as long as
  // nothing of this message was sent.
  virtual Result<Submitted> send(const Letter& letter, const Permit& permit) = 0;
  // Whether the server takes bytes beyond ASCII (8BITMIME); sent as they stand in any case.
  [[nodiscard]] virtual bool takes_eight_bit() const = 0;
};

// Ctrl-C while a server is silent. The first is told what is awaited; one that comes behind those words ends the wait.
struct Interruption {
  std::function<unsigned()> presses;           // how often so far; none: nobody can interrupt
  std::function<void(std::string_view)> tell;  // a sentence for the person, at once
};

// False: this build has no SMTP, and connect() says so.
bool is_built_in();
// Connected, TLS and AUTH done as asked, and a NOOP answered. Exit::precondition with what the server said when not;
// Exit::usage where this build has no SMTP. A password never goes out without TLS, but to a loopback address.
Result<std::unique_ptr<Submitter>> connect(const Server& server, const Interruption& interruption = {});

}  // namespace requeue::submission
