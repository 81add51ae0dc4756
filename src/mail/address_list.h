// A list of addresses in the order written, none twice; a set beside it keeps a hundred thousand of them linear.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace requeue::mail {

class AddressList {
 public:
  void add(std::string_view address);
  void add_field(std::string_view value);  // what addresses_of finds in it
  std::vector<std::string> take() { return std::move(addresses_); }

 private:
  std::vector<std::string> addresses_;
  std::unordered_set<std::string> seen_;  // in lower case
};

bool has_control_character(std::string_view text);

}  // namespace requeue::mail
