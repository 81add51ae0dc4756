// A name that is kept a million times: one pointer, and a block of the name's own length and not much more.
#pragma once

#include <compare>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace requeue {

// Any bytes. An empty one has no block at all.
class Name {
 public:
  Name() = default;
  explicit Name(std::string_view text);
  Name(const Name& other) : Name(other.view()) {}
  Name(Name&&) noexcept = default;
  Name& operator=(const Name& other);
  Name& operator=(Name&&) noexcept = default;
  Name& operator=(std::string_view text) { return *this = Name(text); }
  ~Name() = default;

  // Valid as long as this Name holds that text; moving the Name does not move the bytes.
  [[nodiscard]] std::string_view view() const;
  [[nodiscard]] std::string str() const { return std::string(view()); }
  [[nodiscard]] bool empty() const { return bytes_ == nullptr; }
  // So that it can be asked for wherever a text is.
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  operator std::string() const { return str(); }        // NOLINT(google-explicit-constructor)

  friend bool operator==(const Name& a, const Name& b) { return a.view() == b.view(); }
  friend bool operator==(const Name& a, std::string_view b) { return a.view() == b; }
  friend auto operator<=>(const Name& a, const Name& b) { return a.view() <=> b.view(); }
  friend std::ostream& operator<<(std::ostream& out, const Name& name) { return out << name.view(); }

 private:
  std::unique_ptr<char[]> bytes_;  // its length, in groups of 7 bits with bit 7 on all but the last; then the text
};

}  // namespace requeue
