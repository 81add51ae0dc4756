#include "journal/named_lines.h"

#include <algorithm>
#include <charconv>

#include "core/json.h"

namespace requeue::journal {

// Anything but hex digits, which only a changed journal has, gives 0 and is not found.
NamedLines::Key NamedLines::key_of(std::string_view hash) {
  Key key = 0;
  const auto part = hash.substr(0, 2 * sizeof(Key));
  const auto parsed = std::from_chars(part.data(), part.data() + part.size(), key, 16);
  return parsed.ptr == part.data() + part.size() ? key : 0;
}

void NamedLines::stands(std::string_view hash) {
  keys_.push_back(key_of(hash));
  sorted_ = false;
}

void NamedLines::saw_journal_line(const Line& line) {
  const auto hash = text_of(line.json, "details");
  if (hash.empty()) return;
  if (!sorted_) std::ranges::sort(keys_);
  sorted_ = true;
  const auto key = key_of(hash);
  if (!std::ranges::binary_search(keys_, key)) missing_.push_back({key, line.seq});
}

void NamedLines::stands_after_all(std::string_view hash) {
  if (!missing_sorted_) std::ranges::sort(missing_, {}, &Missing::key);
  missing_sorted_ = true;
  const auto key = key_of(hash);
  const auto first = std::ranges::lower_bound(missing_, key, {}, &Missing::key);
  missing_.erase(first, std::find_if(first, missing_.end(), [&](const Missing& one) { return one.key != key; }));
}

std::int64_t NamedLines::first_naming() const {
  std::int64_t first = 0;
  for (const auto& one : missing_) first = first == 0 ? one.by : std::min(first, one.by);
  return first;
}

}  // namespace requeue::journal
