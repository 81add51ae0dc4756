#include "mail/header_lines.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::mail {
namespace {

// No name of a real field comes near; a longer one is a line of data that happens to hold a colon.
constexpr std::size_t longest_name = 998;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

struct NamePart {
  std::string_view name;
  std::size_t behind_colon = 0;
};

// `name:`, where real mail also puts blanks before the colon. Blanks inside, an empty name or 8-bit bytes: no field.
std::optional<NamePart> name_of(std::string_view line) {
  std::size_t end = 0;
  const auto longest = std::min(line.size(), longest_name);
  while (end < longest && line[end] > ' ' && line[end] < '\x7F' && line[end] != ':') ++end;
  if (end == 0 || end == longest_name) return std::nullopt;
  auto colon = end;
  while (colon < line.size() && is_blank(line[colon])) ++colon;
  if (colon == line.size() || line[colon] != ':') return std::nullopt;
  return NamePart{line.substr(0, end), colon + 1};
}

// Where the next CR or LF stands, or the end. Not find_first_of, which makes a call for each byte: it took a tenth of a
// plan. Nor a search for LF and then for CR: where CR alone ends the lines, the first would go to the end for each.
std::size_t line_end_from(std::string_view bytes, std::size_t begin) {
  while (begin < bytes.size() && bytes[begin] != '\r' && bytes[begin] != '\n') ++begin;
  return begin;
}

// Whether what a lone CR parted from the field before it belongs to that field: neither a field nor the end of the
// block.
bool goes_on(std::string_view rest) {
  const auto line = rest.substr(0, line_end_from(rest, 0));
  return !line.empty() && !name_of(line);
}

}  // namespace

Line HeaderLines::take(std::string_view bytes, std::size_t text_end, std::size_t line_end, bool lone_cr) {
  const Line line{bytes.substr(start_, line_end - start_), bytes.substr(start_, text_end - start_), lone_cr};
  start_ = searched_ = line_end;
  return line;
}

std::optional<Line> HeaderLines::split(std::string_view bytes, bool final) {
  searched_ = line_end_from(bytes, searched_);
  if (searched_ == bytes.size()) {
    if (!final || start_ == bytes.size()) return std::nullopt;
    return take(bytes, bytes.size(), bytes.size(), false);
  }
  if (bytes[searched_] == '\n') return take(bytes, searched_, searched_ + 1, false);
  run_end_ = std::min(bytes.find_first_not_of('\r', std::max(run_end_, searched_)), bytes.size());
  if (run_end_ == bytes.size() && !final) return std::nullopt;
  if (run_end_ < bytes.size() && bytes[run_end_] == '\n') return take(bytes, searched_, run_end_ + 1, false);
  return take(bytes, searched_, searched_ + 1, true);
}

std::optional<Line> HeaderLines::next(std::string_view bytes, bool final) {
  if (ended_) return std::nullopt;
  const auto begin = start_;
  const auto line = split(bytes, final);
  if (!line) return std::nullopt;
  if (line->text.empty() && line->lone_cr && (first_ || cr_only_)) {
    // The next line's end tells whether CR is this file's line end, or a stray before the first LF.
    after_ = std::max(after_, start_);
    after_ = line_end_from(bytes, after_);
    if (after_ == bytes.size() && !final) {
      start_ = searched_ = begin;
      return std::nullopt;
    }
    if (after_ < bytes.size() && bytes[after_] == '\n') cr_only_ = first_ = false;
  }
  if (first_ || !line->lone_cr) cr_only_ = line->lone_cr;
  first_ = false;
  // Two lone CRs end the block only where CR is the file's line end: inside an LF file they are a stray in some value,
  // and to end there would lose the recipients that follow.
  ended_ = line->text.empty() && (!line->lone_cr || cr_only_);
  return line;
}

std::optional<RawField> FieldCursor::next() {
  const auto begin = position_;
  const auto first = lines_.next(block_, true);
  if (!first || lines_.ended()) return std::nullopt;
  while (lines_.position() < block_.size() && is_blank(block_[lines_.position()])) lines_.next(block_, true);
  position_ = lines_.position();
  RawField field;
  field.whole = block_.substr(begin, position_ - begin);
  field.cut = field.whole.ends_with('\r') && goes_on(block_.substr(position_));
  field.body = field.whole;
  const auto marked = begin == 0 && first->text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  if (const auto part = name_of(first->text.substr(marked))) {
    field.name = part->name;
    field.body = field.whole.substr(marked + part->behind_colon);
  }
  return field;
}

std::string unfold(const RawField& field, char in_place_of_nul) {
  std::string value;
  value.reserve(field.body.size());
  for (const char c : field.body) {
    if (c == '\r' || c == '\n') continue;
    value += c == '\0' ? in_place_of_nul : c;
  }
  value = trim(value);
  if (field.cut && in_place_of_nul == '\0') value += '\0';
  return value;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view other) { return ascii_iequals(name, other); });
}

std::size_t leading_x_headers_size(std::string_view block) {
  FieldCursor cursor(block);
  std::size_t size = 0;
  for (auto field = cursor.next(); field && is_one_of(field->name, {"x-sender", "x-receiver"}); field = cursor.next()) {
    size = cursor.position();
  }
  return size;
}

std::string sent_fields(std::string_view block) {
  const auto leading = leading_x_headers_size(block);
  FieldCursor cursor(block);
  std::string out;
  std::size_t kept = leading;
  bool at_head = true;
  for (auto field = cursor.next(); field; field = cursor.next()) {
    if (cursor.position() <= leading) continue;
    const auto begin = cursor.position() - field->whole.size();
    at_head = at_head && begin <= kept;
    const bool joins_ours = at_head && is_one_of(field->name, {"x-sender", "x-receiver"});
    if (!joins_ours && !is_one_of(field->name, {"Bcc", "Resent-Bcc"})) continue;
    if (begin > kept) out += block.substr(kept, begin - kept);
    kept = cursor.position();
  }
  out += block.substr(kept);
  return out;
}

}  // namespace requeue::mail
