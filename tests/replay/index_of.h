#pragma once

#include <string>
#include <vector>

namespace requeue::tests {

// Which line, from `from` on, has `part` in it; their number when none has.
inline std::size_t index_of(const std::vector<std::string>& lines, const std::string& part, std::size_t from = 0) {
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (lines[i].find(part) != std::string::npos) return i;
  }
  return lines.size();
}

}  // namespace requeue::tests
