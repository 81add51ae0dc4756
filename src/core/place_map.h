// Values by name or by digest, for as many as a queue has messages: each key stands once, and nothing is moved but a
// table of numbers when more come.
#pragma once

#include <cassert>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/name.h"

namespace requeue {

// `Asked`: as what a key is looked for.
template <class Key, class Asked, class T>
class PlaceMap {
 public:
  struct Item {
    Key key;
    T value;
  };

  // The place of `key`, where it is added if it is not there. A place stays what it is, and so does a reference.
  std::uint32_t add(Asked key) {
    if ((items_.size() + 1) * 4 > slots_.size() * 3) grow();
    auto& slot = slots_[slot_of(key)];
    if (slot != none) return slot;
    assert(items_.size() < none);
    slot = static_cast<std::uint32_t>(items_.size());
    items_.push_back({Key(key), T()});
    return slot;
  }
  T& operator[](Asked key) { return items_[add(key)].value; }

  // nullptr: there is none.
  [[nodiscard]] const T* find(Asked key) const {
    const auto place = place_of(key);
    return place == none ? nullptr : &items_[place].value;
  }
  [[nodiscard]] T* find(Asked key) {
    const auto place = place_of(key);
    return place == none ? nullptr : &items_[place].value;
  }
  // none: it was not added.
  [[nodiscard]] std::uint32_t place_of(Asked key) const { return slots_.empty() ? none : slots_[slot_of(key)]; }
  [[nodiscard]] const Item& at(std::uint32_t place) const { return items_[place]; }
  [[nodiscard]] Item& at(std::uint32_t place) { return items_[place]; }

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  // In the order in which they were added: the first one's place is 0.
  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.end(); }

  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

 private:
  static std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
  static std::size_t hash_of(const Sha256Bytes& digest) {
    return hash_of(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  }

  // Where the key is, or would be.
  [[nodiscard]] std::size_t slot_of(Asked key) const {
    const auto mask = slots_.size() - 1;
    auto slot = hash_of(key) & mask;
    while (slots_[slot] != none && !(items_[slots_[slot]].key == key)) slot = (slot + 1) & mask;
    return slot;
  }

  void grow() {
    slots_ = std::vector<std::uint32_t>(slots_.empty() ? 16 : slots_.size() * 2, none);
    for (std::uint32_t place = 0; place < items_.size(); ++place) slots_[slot_of(items_[place].key)] = place;
  }

  std::deque<Item> items_;
  std::vector<std::uint32_t> slots_;  // a power of two of them, a quarter free at least
};

template <class T>
using NameMap = PlaceMap<Name, std::string_view, T>;
template <class T>
using DigestMap = PlaceMap<Sha256Bytes, const Sha256Bytes&, T>;

}  // namespace requeue
