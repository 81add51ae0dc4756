// Reading a header block. mimetic sees a sanitised copy only; why each step is needed stands in
// docs/mail-in-the-wild.md.
#include <array>

#include "core/text.h"
#include "mail/header_fields.h"
#include "mail/header_lines.h"
#include "mail/message.h"

namespace requeue::mail {
namespace {

constexpr std::size_t longest_field = 64U << 10U;  // mimetic is quadratic in the length of a field
constexpr std::size_t longest_block = 1U << 20U;
constexpr std::size_t most_fields = 200'000;  // bounds the memory that a block of empty fields can ask for
constexpr std::size_t block_buffer_size = 16U << 10U;

bool is_mbox_line(const RawField& field) {
  return field.name.empty() && (field.whole.starts_with("From ") || field.whole.starts_with(">From "));
}

bool has_addresses(const RawField& field) {
  return is_one_of(field.name, {"From", "Sender", "Return-Path", "To", "Cc", "Bcc", "Resent-From", "Resent-Sender",
                                "Resent-To", "Resent-Cc", "Resent-Bcc"});
}

// The fields, in order: what mimetic may be given by mimetic, the rest by our own unfolding. A field that is over the
// bounds is not cut: the recipients behind the cut would silently get no mail.
class FieldReader {
 public:
  void add(const RawField& field) {
    const bool broken = field.cut || field.body.find('\0') != std::string_view::npos;
    const bool broken_address = broken && has_addresses(field);
    // mimetic rewrites the value of Content-Type, and follows its boundary.
    const bool own = field.whole.size() > longest_field || copy_.size() + field.whole.size() > longest_block ||
                     broken_address || is_one_of(field.name, {"Content-Type"});
    fields_.push_back({std::string(field.name), unfold(field, broken_address ? '\0' : ' ')});
    if (own) return;
    // Unfolded: a continuation of blanks only would end the block for some parsers.
    copy_ += fields_.back().name + ": " + fields_.back().value + "\n";
    parsed_.push_back(fields_.size() - 1);
  }

  std::vector<Field> finish() {
    copy_ += '\n';
    auto parsed = parsed_.empty() ? std::vector<Field>{} : parse_fields(copy_);
    // Not one field for one: mimetic lost its way, and our own reading stands.
    if (parsed.size() != parsed_.size()) return std::move(fields_);
    for (std::size_t i = 0; i < parsed.size(); ++i) fields_[parsed_[i]] = std::move(parsed[i]);
    return std::move(fields_);
  }

 private:
  std::string copy_;
  std::vector<std::size_t> parsed_;
  std::vector<Field> fields_;
};

void read_fields(HeaderBlock& block) {
  FieldCursor cursor(block.raw);
  FieldReader reader;
  bool first = true;
  std::size_t count = 0;
  for (auto field = cursor.next(); field; field = cursor.next()) {
    if (first && !is_mbox_line(*field)) {
      block.is_header = !field->name.empty();
      first = false;
    }
    if (field->name.empty()) continue;
    if (++count > most_fields) {
      block.complete = false;
      break;
    }
    reader.add(*field);
  }
  block.fields = reader.finish();
}

}  // namespace

Result<HeaderBlock> read_raw_header_block(ByteReader& source, std::string* rest, std::uint64_t limit) {
  HeaderBlock block;
  HeaderLines lines;
  std::array<char, block_buffer_size> buffer;  // not cleared: as much work as all the rest for a small message
  const auto keep = [&](std::size_t size) {
    if (rest != nullptr) rest->assign(block.raw, size);
    block.raw.resize(size);
  };
  while (true) {
    REQUEUE_TRY(const std::size_t count, source.read(buffer.data(), buffer.size()));
    block.raw.append(buffer.data(), count);
    while (lines.next(block.raw, count == 0)) continue;
    const auto end = lines.ended() ? lines.position() : block.raw.size();
    if (end > limit) {
      keep(static_cast<std::size_t>(limit));
      return block;
    }
    if (!lines.ended() && count != 0) continue;
    block.complete = true;
    keep(end);
    return block;
  }
}

Result<HeaderBlock> read_header_block(ByteReader& source, std::string* rest, std::uint64_t limit) {
  REQUEUE_TRY(HeaderBlock block, read_raw_header_block(source, rest, limit));
  read_fields(block);
  return block;
}

HeaderBlock parse_header_block(std::string_view bytes) {
  HeaderBlock block;
  HeaderLines lines;
  while (lines.next(bytes, true)) continue;
  block.raw = bytes.substr(0, lines.position());
  block.complete = true;
  read_fields(block);
  return block;
}

}  // namespace requeue::mail
