// The dots of RFC 5321, section 4.5.2: one that begins a line is doubled on the wire, and one alone ends the message.
#pragma once

#include <string>
#include <string_view>

namespace requeue::submission {

class DotDoubler {
 public:
  std::string doubled(std::string_view bytes);
  // What ends the message; a last line without an end gets one first.
  [[nodiscard]] std::string end() const;

 private:
  // A line begins after LF, and after CR too: some servers take that for a line end, and a dot alone behind one would
  // end the message where they read it, and begin what a stranger wrote as the next command.
  bool at_line_start_ = true;
  bool after_line_end_ = true;
};

}  // namespace requeue::submission
