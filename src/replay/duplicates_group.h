// One group of messages with equal contents: who has been served, and what is left for each further copy.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "replay/duplicates.h"

namespace requeue::replay {

// Recipients served so far, by the arrival stamp of the message that served them. Stamps go together when they are
// equal or one of them is absent. Addresses are kept as digests: a newsletter's group has as many as there are
// messages.
class Coverage {
 public:
  // `ask_any`: a member without a stamp will ask, so that each recipient is kept once more whatever the stamp.
  explicit Coverage(bool ask_any) : ask_any_(ask_any) {}

  void add(const std::string& recipient, const Traits& by, std::uint32_t index);
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& recipient, const Traits& asking) const;

 private:
  using Key = std::array<unsigned char, 16>;
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  static Key key_of(const std::string& recipient, char kind, std::uint64_t stamp);

  bool ask_any_;
  std::unordered_map<Key, std::uint32_t, Hash> served_;
};

class Stamps {
 public:
  void add(const Traits& traits);
  [[nodiscard]] bool goes_with(const Traits& traits) const;
  // Only stamps that differ: a second submission of the same text.
  [[nodiscard]] bool has_other(const Traits& traits) const;

 private:
  bool absent_ = false;
  std::set<std::uint64_t> present_;
};

// Addresses of partial copies, each kept once.
class Interned {
 public:
  explicit Interned(std::vector<std::string>& addresses) : addresses_(addresses) {}
  std::uint32_t index_of(const std::string& address);

 private:
  std::vector<std::string>& addresses_;
  std::unordered_map<std::string, std::uint32_t> known_;
};

// `members` in any order; `rule` is "content" or "exact".
void decide_group(Plan& plan, const std::vector<Traits>& traits, std::vector<std::uint32_t> members,
                  std::string_view rule, const PlanOptions& options, CopyReader& reader, Interned& interned);

}  // namespace requeue::replay
