#include "replay/csv.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::replay {
namespace {

constexpr std::string_view formula_starts = "=+-@\t\r";
constexpr std::string_view cell_breaks = ";\r\n";

// Where a cell, as some spreadsheet sees it, begins with apostrophes (or none) and then what starts a formula.
bool formula_at(std::string_view text, std::size_t start) {
  const auto first = text.find_first_not_of('\'', start);
  return first != std::string_view::npos && formula_starts.find(text[first]) != std::string_view::npos;
}

bool starts_cell(std::string_view text, std::size_t i) {
  return i == 0 || cell_breaks.find(text[i - 1]) != std::string_view::npos;
}

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string text_of_value(const Json& value) {
  if (value.is_string()) return escape_controls(value.get_ref<const std::string&>());
  if (value.is_null()) return {};
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const auto& item : value) {
    if (!out.empty()) out += ';';
    out += text_of_value(item);
  }
  return out;
}

}  // namespace

std::string defuse_cell(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (starts_cell(value, i) && formula_at(value, i)) out += '\'';
    out += value[i];
  }
  return out;
}

std::string restore_cell(std::string_view cell) {
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == '\'' && starts_cell(cell, i) && formula_at(cell, i)) continue;
    out += cell[i];
  }
  return out;
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out += ',';
    out += quoted(defuse_cell(fields[i]));
  }
  return out + "\r\n";
}

std::vector<std::string> csv_fields(const Json& record, const std::vector<std::string>& columns) {
  std::vector<std::string> out;
  for (const auto& column : columns) {
    const auto value = record.find(column);
    out.push_back(value == record.end() ? std::string{} : text_of_value(*value));
  }
  return out;
}

}  // namespace requeue::replay
