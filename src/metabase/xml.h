// As much of XML as MetaBase.xml needs: elements and their attributes, in order. Used inside this room only.
//
// What it does not know it refuses or passes over, and it never expands anything: no document type, no entities of the
// file's own, so that no small file can become a large one. One pass, memory bounded by the largest tag.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace requeue::metabase {

struct Tag {
  enum class Kind { open, close, empty, end };  // empty: <a/>; end: of the file
  Kind kind = Kind::end;
  std::string_view name;
  std::vector<std::pair<std::string_view, std::string>> attributes;         // values with their entities decoded
  [[nodiscard]] const std::string* find(std::string_view attribute) const;  // nullptr when it is not there
};

class XmlScanner {
 public:
  explicit XmlScanner(std::string_view text) : text_(text) {}  // UTF-8
  // The error is the reason, in words, with its line.
  tl::expected<Tag, std::string> next();

 private:
  using Error = tl::unexpected<std::string>;
  [[nodiscard]] Error wrong(std::string_view why) const;
  bool skip_past(std::string_view ending);
  void skip_blanks();
  std::string_view take_name();
  tl::expected<void, std::string> read_attribute(Tag& tag);
  tl::expected<std::string, std::string> decode(std::string_view value) const;
  [[nodiscard]] bool stands(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace requeue::metabase
