// Which accounts name a line of messages.jsonl: one number for each, in the order of the hashes that they name.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "report/handovers.h"

namespace requeue::report {

class ByDetails {
 public:
  // The hash that an account names; nullptr, or all zeros: none.
  using HashOf = std::function<const Sha256Bytes*(const Account&)>;

  // `accounts` must outlive it, unchanged.
  ByDetails(const NameMap<Account>& accounts, HashOf hash_of) : accounts_(accounts), hash_of_(std::move(hash_of)) {
    std::uint32_t place = 0;
    for (const auto& account : accounts) {
      const auto* const hash = hash_of_(account.value);
      if (hash != nullptr && is_set(*hash)) places_.push_back(place);
      ++place;
    }
    std::sort(places_.begin(), places_.end(),
              [&](auto a, auto b) { return of(a) < of(b) || (of(a) == of(b) && a < b); });
  }

  // Mostly one; a forged event may name the line of another message.
  [[nodiscard]] std::span<const std::uint32_t> find(const Sha256Bytes& hash) const {
    const auto first =
        std::partition_point(places_.begin(), places_.end(), [&](auto place) { return of(place) < hash; });
    const auto last = std::find_if(first, places_.end(), [&](auto place) { return of(place) != hash; });
    return {first, last};
  }

 private:
  [[nodiscard]] const Sha256Bytes& of(std::uint32_t place) const { return *hash_of_(accounts_.at(place).value); }

  const NameMap<Account>& accounts_;
  HashOf hash_of_;
  std::vector<std::uint32_t> places_;
};

}  // namespace requeue::report
