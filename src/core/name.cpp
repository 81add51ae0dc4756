#include "core/name.h"

#include <algorithm>
#include <cstddef>

namespace requeue {

Name::Name(std::string_view text) {
  if (text.empty()) return;
  std::size_t groups = 1;
  for (auto rest = text.size() >> 7U; rest != 0; rest >>= 7U) ++groups;
  bytes_ = std::make_unique_for_overwrite<char[]>(groups + text.size());
  auto* to = bytes_.get();
  auto rest = text.size();
  for (; rest > 0x7FU; rest >>= 7U) *to++ = static_cast<char>((rest & 0x7FU) | 0x80U);
  *to++ = static_cast<char>(rest);
  std::copy(text.begin(), text.end(), to);
}

Name& Name::operator=(const Name& other) {
  if (this != &other) *this = Name(other);
  return *this;
}

std::string_view Name::view() const {
  if (bytes_ == nullptr) return {};
  const auto* from = bytes_.get();
  std::size_t size = 0;
  unsigned shift = 0;
  for (;; shift += 7, ++from) {
    const auto group = static_cast<unsigned char>(*from);
    size |= static_cast<std::size_t>(group & 0x7FU) << shift;
    if (group < 0x80U) return {from + 1, size};
  }
}

}  // namespace requeue
