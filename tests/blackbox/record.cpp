#include "blackbox/record.h"

#include <sstream>

namespace requeue::tests {

std::vector<Json> events(const Window& window, const std::string& event) {
  std::vector<Json> found;
  std::istringstream lines(read(window.recovery / "journal.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto json = parse_object(line);
    if (json && (event.empty() || text_of(*json, "event") == event)) found.push_back(*json);
  }
  return found;
}

}  // namespace requeue::tests
