// Reading CSV that a person may have edited: every complaint names its line.
#include <algorithm>

#include "core/text.h"
#include "replay/csv.h"

namespace requeue::replay {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] int line() const { return line_; }

  // One row; why it is none otherwise.
  tl::expected<CsvRow, std::string> row() {
    CsvRow row;
    row.line = line_;
    for (;;) {
      auto field = peek() == '"' ? quoted_field() : plain_field();
      if (!field) return tl::unexpected<std::string>(std::move(field.error()));
      row.fields.push_back(restore_cell(*field));
      if (!at_end() && peek() == ',') {
        ++position_;
        continue;
      }
      end_line();
      return row;
    }
  }

 private:
  [[nodiscard]] char peek() const { return at_end() ? '\n' : text_[position_]; }

  tl::expected<std::string, std::string> plain_field() {
    const auto end = std::min(text_.find_first_of(",\r\n", position_), text_.size());
    std::string field(text_.substr(position_, end - position_));
    position_ = end;
    return field;
  }

  tl::expected<std::string, std::string> quoted_field() {
    std::string field;
    for (++position_; !at_end(); ++position_) {
      const char c = text_[position_];
      if (c == '\n') ++line_;
      if (c != '"') {
        field += c;
        continue;
      }
      if (position_ + 1 < text_.size() && text_[position_ + 1] == '"') {
        field += '"';
        ++position_;
        continue;
      }
      ++position_;
      if (at_end() || std::string_view(",\r\n").find(peek()) != std::string_view::npos) return field;
      return tl::unexpected<std::string>("text follows a closing quote");
    }
    return tl::unexpected<std::string>("a quote is opened and never closed");
  }

  void end_line() {
    if (!at_end() && peek() == '\r') ++position_;
    if (!at_end() && peek() == '\n') ++position_;
    ++line_;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int line_ = 1;
};

// Of either byte order, with its mark or without: what is ASCII in it has a zero byte to each character.
bool is_utf16(std::string_view text) {
  const auto begin = text.substr(0, 2);
  return begin == "\xFF\xFE" || begin == "\xFE\xFF" || begin.find('\0') != std::string_view::npos;
}

// No file of ours has one column alone. '\0': it is the comma.
char other_separator(const std::vector<std::string>& columns) {
  const auto at = columns.size() == 1 ? columns.front().find_first_of(";\t") : std::string::npos;
  return at == std::string::npos ? '\0' : columns.front()[at];
}

bool is_empty(const CsvRow& row) {
  return row.fields.size() == 1 && row.fields.front().empty();
}

}  // namespace

std::size_t CsvTable::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? npos : static_cast<std::size_t>(found - columns.begin());
}

tl::unexpected<Error> csv_error(std::string_view what, const std::string& path, int line, std::string why,
                                std::string hint) {
  return failure(Exit::usage, "cannot read " + std::string(what), path,
                 "line " + std::to_string(line) + ": " + std::move(why), std::move(hint) + " Nothing was changed.");
}

Result<void> check_columns(const CsvTable& table, std::span<const std::string_view> known, const std::string& path,
                           std::string_view what) {
  for (const auto name : known) {
    if (std::ranges::count(table.columns, name) < 2) continue;
    return csv_error(what, path, 1, "the column " + std::string(name) + " stands twice",
                     "Remove the one that does not count.");
  }
  return {};
}

Result<CsvTable> parse_csv(std::string_view text, const std::string& path, std::string_view what) {
  if (is_utf16(text)) {
    return csv_error(what, path, 1, "it is not UTF-8 text: it looks like UTF-16",
                     "Save it as UTF-8 (in Excel: CSV UTF-8; in PowerShell: -Encoding utf8).");
  }
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(byte_order_mark.size());
  CsvTable table;
  Scanner scanner(text);
  while (!scanner.at_end()) {
    const int line = scanner.line();
    auto row = scanner.row();
    if (!row) return csv_error(what, path, line, row.error(), "Correct it and run again.");
    if (is_empty(*row)) continue;
    if (table.columns.empty()) {
      for (const auto& name : row->fields) table.columns.push_back(ascii_lower(trim(name)));
      if (const char other = other_separator(table.columns); other != '\0') {
        return csv_error(what, path, line,
                         "its fields are separated by " +
                             (other == '\t' ? std::string("tabs") : std::string(1, other)) + " and not by commas",
                         "Save it with commas: Excel takes the separator from the region's settings of Windows.");
      }
      continue;
    }
    if (row->fields.size() != table.columns.size()) {
      return csv_error(what, path, line,
                       "it has " + std::to_string(row->fields.size()) + " fields, the header line has " +
                           std::to_string(table.columns.size()),
                       "Put a field that holds a comma in double quotes; separate fields by commas.");
    }
    table.rows.push_back(std::move(*row));
  }
  if (table.columns.empty()) return csv_error(what, path, 1, "there is no header line", "Begin with the column names.");
  return table;
}

}  // namespace requeue::replay
