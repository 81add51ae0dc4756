#include "submission/dots.h"

namespace requeue::submission {

std::string DotDoubler::doubled(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 64 + 1);
  for (const char c : bytes) {
    if (c == '.' && at_line_start_) out += '.';
    out += c;
    at_line_start_ = c == '\n' || c == '\r';
    after_line_end_ = c == '\n';
  }
  return out;
}

std::string DotDoubler::end() const {
  return after_line_end_ ? ".\r\n" : "\r\n.\r\n";
}

}  // namespace requeue::submission
