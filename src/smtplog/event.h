// One line of an SMTP service's log, whichever of its formats it is in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace requeue::smtplog {

enum class Side { inbound, command, response };  // outbound connections log each command and each response

struct Event {
  Side side = Side::inbound;
  std::optional<std::int64_t> time;  // seconds since 1970, UTC
  std::string peer;                  // the other host's address
  std::string user;                  // what it said in HELO
  std::string site;
  std::string method;    // upper case
  std::string argument;  // as logged: blanks are +
  std::optional<int> status;
};

// Lines in the order of the file. W3C extended: `#Fields` is read anew wherever it stands. NCSA needs no header.
class EventReader {
 public:
  // nullopt: a header line, an empty one, or one that cannot be read (counted).
  std::optional<Event> read(std::string_view line);
  [[nodiscard]] std::uint64_t unread() const { return unread_; }
  void begin_file();  // the columns of one file are not those of the next

 private:
  void read_header(std::string_view line);
  std::optional<Event> read_w3c(std::string_view line);
  static std::optional<Event> read_ncsa(std::string_view line);

  std::vector<std::string> fields_;
  std::string date_;
  std::uint64_t unread_ = 0;
};

// The address in "+FROM:+<a@b>+SIZE=1" or "TO:a@b": bare, empty for <>. nullopt: there is none.
std::optional<std::string> address_in(std::string_view argument);
// The value of SIZE=.
std::optional<std::uint64_t> size_in(std::string_view argument);
// A Message-ID as the DATA line has it, without blanks and brackets; empty: none.
std::string message_id_in(std::string_view argument);

}  // namespace requeue::smtplog
