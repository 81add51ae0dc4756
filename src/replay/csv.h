// CSV in and out: RFC 4180, CRLF, UTF-8. A cell that a spreadsheet would run as a formula is defused by a leading
// apostrophe. The rule is made so that it can be undone exactly: at the start of a cell and after each ';', CR or LF in
// it (a spreadsheet whose list separator is ';' splits there, quoted or not), zero or more apostrophes followed by one
// of = + - @ TAB CR get one apostrophe more; reading takes one away again. Nothing else is touched.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace requeue::replay {

std::string defuse_cell(std::string_view value);
std::string restore_cell(std::string_view cell);

// One line with its CRLF; each field defused, and quoted where it must be.
std::string csv_line(const std::vector<std::string>& fields);
// The values of a record in the order of `columns`: lists joined by ';', numbers in digits, missing ones empty. Control
// characters and what changes the direction of text are written \xNN (escape_controls), so that a file that is shown in
// a terminal is text, and each record one line.
std::vector<std::string> csv_fields(const Json& record, const std::vector<std::string>& columns);

struct CsvRow {
  int line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};

// A header line and rows; field() finds by column name, so that columns may come in any order, and more of them.
struct CsvTable {
  std::vector<std::string> columns;  // lower case
  std::vector<CsvRow> rows;

  // npos when there is no such column.
  [[nodiscard]] std::size_t column(std::string_view name) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

// A byte order mark and bare line ends are taken; empty lines are passed over. Exit::usage with the line's number for a
// quote that never ends, text after a closing quote, a row of another width, or no header line. `what` names the file's
// purpose in the error ("the plan").
Result<CsvTable> parse_csv(std::string_view text, const std::string& path, std::string_view what);
// Exit::usage for one of `known` that stands twice: which of the two a person changed cannot be told.
Result<void> check_columns(const CsvTable& table, std::span<const std::string_view> known, const std::string& path,
                           std::string_view what);
tl::unexpected<Error> csv_error(std::string_view what, const std::string& path, int line, std::string why,
                                std::string hint);

}  // namespace requeue::replay
