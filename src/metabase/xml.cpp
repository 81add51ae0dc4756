#include "metabase/xml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/utf16.h"

namespace requeue::metabase {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view ends_a_name = " \t\r\n=/><\"'&";
constexpr std::size_t most_attributes = 512;

// What stands between & and ; as text; empty when it is nothing that XML itself knows.
std::string entity(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}};
  for (const auto& [word, text] : known) {
    if (word == name) return std::string(text);
  }
  if (!name.starts_with('#')) return {};
  const bool hex = name.starts_with("#x");
  const auto digits = name.substr(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (error != std::errc() || end != digits.data() + digits.size() || code == 0 || code > 0x10FFFF || surrogate) {
    return {};
  }
  std::u16string units;
  if (code < 0x10000) {
    units += static_cast<char16_t>(code);
  } else {
    units += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10U));
    units += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FFU));
  }
  return from_utf16(units);
}

}  // namespace

const std::string* Tag::find(std::string_view attribute) const {
  const auto found = std::ranges::find(attributes, attribute, [](const auto& each) { return each.first; });
  return found == attributes.end() ? nullptr : &found->second;
}

XmlScanner::Error XmlScanner::wrong(std::string_view why) const {
  const auto before = text_.substr(0, at_);
  return Error("line " + std::to_string(std::ranges::count(before, '\n') + 1) + ": " + std::string(why));
}

bool XmlScanner::skip_past(std::string_view ending) {
  const auto found = text_.find(ending, at_);
  if (found == std::string_view::npos) return false;
  at_ = found + ending.size();
  return true;
}

void XmlScanner::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
}

std::string_view XmlScanner::take_name() {
  const auto end = std::min(text_.find_first_of(ends_a_name, at_), text_.size());
  const auto name = text_.substr(at_, end - at_);
  at_ = end;
  return name;
}

tl::expected<Tag, std::string> XmlScanner::next() {
  for (;;) {
    at_ = std::min(text_.find('<', at_), text_.size());
    if (at_ == text_.size()) return Tag();
    if (stands("<!--")) {
      if (!skip_past("-->")) return wrong("a comment without end");
    } else if (stands("<![CDATA[")) {
      if (!skip_past("]]>")) return wrong("a CDATA section without end");
    } else if (stands("<?")) {
      if (!skip_past("?>")) return wrong("a processing instruction without end");
    } else if (stands("<!")) {
      return wrong("a document type, which a metabase does not have");
    } else {
      break;
    }
  }
  Tag tag;
  tag.kind = stands("</") ? Tag::Kind::close : Tag::Kind::open;
  at_ += tag.kind == Tag::Kind::close ? 2 : 1;
  tag.name = take_name();
  if (tag.name.empty()) return wrong("a tag without a name");
  for (;;) {
    skip_blanks();
    if (at_ == text_.size()) return wrong("the file ends inside a tag");
    if (text_[at_] == '>') {
      ++at_;
      return tag;
    }
    if (stands("/>") && tag.kind == Tag::Kind::open) {
      at_ += 2;
      tag.kind = Tag::Kind::empty;
      return tag;
    }
    if (auto read = read_attribute(tag); !read) return Error(std::move(read.error()));
  }
}

tl::expected<void, std::string> XmlScanner::read_attribute(Tag& tag) {
  const auto name = take_name();
  if (name.empty()) return wrong("a tag that is none");
  skip_blanks();
  if (!stands("=")) return wrong("an attribute without a value");
  ++at_;
  skip_blanks();
  if (!stands("\"") && !stands("'")) return wrong("a value without quotes");
  const auto end = text_.find(text_[at_], at_ + 1);
  if (end == std::string_view::npos) return wrong("a value without end");
  const auto raw = text_.substr(at_ + 1, end - at_ - 1);
  if (raw.find('<') != std::string_view::npos) return wrong("a < inside a value");
  if (tag.find(name) != nullptr) return wrong("an attribute that stands twice");
  if (tag.attributes.size() == most_attributes) return wrong("too many attributes");
  auto value = decode(raw);
  if (!value) return Error(std::move(value.error()));
  tag.attributes.emplace_back(name, std::move(*value));
  at_ = end + 1;
  return {};
}

tl::expected<std::string, std::string> XmlScanner::decode(std::string_view value) const {
  std::string out;
  while (!value.empty()) {
    const auto start = value.find('&');
    out += value.substr(0, start);
    if (start == std::string_view::npos) break;
    const auto end = value.find(';', start);
    const auto text = end == std::string_view::npos ? "" : entity(value.substr(start + 1, end - start - 1));
    if (text.empty()) return wrong("an entity that is not known");
    out += text;
    value.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace requeue::metabase
