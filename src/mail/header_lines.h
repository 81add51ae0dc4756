// The raw bytes of a header block as lines and fields, without a copy: the one place that says where a line, a field
// and the block end. Reading facts, comparing content and writing into Pickup must agree on it to the byte, else a Bcc
// that one sees is written by another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "mail/message.h"

namespace requeue::mail {

struct Line {
  std::string_view whole;  // with its line end
  std::string_view text;   // without
  bool lone_cr = false;    // ended by a CR that no LF follows
};

// The lines of a header block whose bytes may still be arriving. A line ends with LF, CRLF, CR before CRLF (any number;
// a broken gateway's), or a lone CR.
class HeaderLines {
 public:
  // The next line of `bytes`, which may have grown since the last call and must not have changed otherwise. nullopt: it
  // cannot be told yet where the line ends, or with `final`, there is none left. Nothing comes after the blank line.
  std::optional<Line> next(std::string_view bytes, bool final);
  [[nodiscard]] bool ended() const { return ended_; }  // the blank line that ends the block has been returned
  [[nodiscard]] std::size_t position() const { return start_; }

 private:
  std::optional<Line> split(std::string_view bytes, bool final);
  Line take(std::string_view bytes, std::size_t text_end, std::size_t line_end, bool lone_cr);

  std::size_t start_ = 0;
  std::size_t searched_ = 0;  // no line end in [start_, searched_)
  std::size_t run_end_ = 0;   // how far a run of CR has been followed: without it, CR after CR would be quadratic
  std::size_t after_ = 0;     // how far the end of the line behind an empty one was looked for
  bool first_ = true;
  bool cr_only_ = false;
  bool ended_ = false;
};

// A field with its continuation lines, or a line that is none (name empty) with the lines that look like its
// continuation.
struct RawField {
  std::string_view whole;
  std::string_view name;  // as written, blanks before the colon left out
  std::string_view body;  // from behind the colon to the end of `whole`; of a line that is no field: all of it
  bool cut = false;       // by a stray CR: what follows is no field
};

// The fields of a whole header block, in order.
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view block) : block_(block) {}
  std::optional<RawField> next();
  // Behind the last field returned.
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  std::string_view block_;
  HeaderLines lines_;
  std::size_t position_ = 0;
};

// The body of a field on one line: line ends removed, trimmed, NUL made a blank. Where addresses are read NUL stays,
// and ends a value that is cut: else another address would be made of a part of one, and the mail would go there.
std::string unfold(const RawField& field, char in_place_of_nul = ' ');

// Is `name` one of `names`, ASCII case ignored.
bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names);

// How many bytes the x-sender and x-receiver lines take with which the block begins. A BOM before them counts as
// theirs.
std::size_t leading_x_headers_size(std::string_view block);

// The block as it is sent: less its leading x-headers and its Bcc and Resent-Bcc fields. An x-header behind a Bcc that
// goes would stand among ours, and the service would send to whom it names: with nothing kept before it, it goes too.
std::string sent_fields(std::string_view block);
// Bcc fields behind this many bytes would be shown to every recipient: such a message is not sent.
inline constexpr std::uint64_t longest_sent_header = 64ULL << 20U;

// As read_header_block, without its fields: for who writes or compares bytes.
Result<HeaderBlock> read_raw_header_block(ByteReader& source, std::string* rest, std::uint64_t limit);

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace requeue::mail
