#include <algorithm>
#include <cstring>

#include "fuzz/targets.h"
#include "mail/compose.h"
#include "mail/content.h"
#include "standin/pickup_format.h"

namespace requeue::fuzz {
namespace {

// Hands the bytes out in pieces: what is read must not depend on where a read happens to end.
class Pieces final : public ByteReader {
 public:
  Pieces(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = std::min({size, piece_, bytes_.size()});
    std::memcpy(buffer, bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

class Written final : public ByteWriter {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

std::string composed(std::string_view bytes, const mail::Envelope& envelope, const mail::ComposeOptions& options,
                     std::size_t piece) {
  Pieces source(bytes, piece);
  Written out;
  const auto done = mail::compose(source, envelope, options, out);
  if (!done) return "(refused)";
  must(done->size == out.text.size(), "compose counts other bytes than it wrote");
  return out.text;
}

std::string content_digest(std::string_view bytes, std::size_t piece) {
  Pieces source(bytes, piece);
  std::string rest;
  const auto block = mail::read_header_block(source, &rest);
  must(block.has_value(), "a header block in memory cannot be read");
  const auto digest = mail::canonical_content_digest(*block, rest, source);
  must(digest.has_value(), "content in memory cannot be read");
  return to_hex(*digest);
}

}  // namespace

void header_block(std::string_view bytes) {
  const auto whole = mail::parse_header_block(bytes);
  Pieces source(bytes, 7);
  std::string rest;
  const auto read = mail::read_header_block(source, &rest);
  must(read.has_value(), "a header block in memory cannot be read");
  must(read->raw == whole.raw, "a header block ends elsewhere when it is read in pieces");
  must(bytes.substr(0, whole.raw.size()) == whole.raw, "a header block holds other bytes than the message");
  must(read->fields.size() == whole.fields.size(), "a header block has other fields when it is read in pieces");
  static_cast<void>(mail::facts_of(whole));
  must(content_digest(bytes, 65536) == content_digest(bytes, 5), "content depends on where a read ends");
}

void addresses(std::string_view bytes) {
  const auto found = mail::addresses_of(bytes);
  for (std::size_t i = 0; i < found.size(); ++i) {
    must(found[i].size() <= bytes.size(), "an address is longer than the field");
    static_cast<void>(mail::is_writable_address(found[i]));
    static_cast<void>(mail::domain_of(found[i]));
    for (std::size_t j = 0; j < std::min<std::size_t>(i, 50); ++j) {
      must(!mail::same_address(found[i], found[j]), "an address is found twice");
    }
  }
}

void dates(std::string_view bytes) {
  const auto date = mail::parse_date(bytes);
  if (!date) return;
  const auto again = from_iso8601(to_iso8601(*date));
  if (again) must(*again == *date, "a date is written as another");
}

// Whom the file goes to, and what, by the service's own rules: the stand-in's reader shares no code with requeue.
void compose(std::string_view bytes) {
  const auto facts = mail::facts_of(mail::parse_header_block(bytes));
  const auto& envelope = facts.x_headers.recipients.empty() ? facts.headers : facts.x_headers;
  const mail::ComposeOptions options;
  const auto text = composed(bytes, envelope, options, 65536);
  must(text == composed(bytes, envelope, options, 3), "what is written depends on where a read ends");
  const auto writable = std::ranges::all_of(envelope.recipients, mail::is_writable_address);
  if (!writable || envelope.recipients.empty() || text == "(refused)") return;
  if (!envelope.null_sender && !mail::is_writable_address(envelope.sender)) return;
  const auto message = standin::read_pickup(text);
  must(message.envelope.recipients == envelope.recipients, "the service reads other recipients than were meant");
}

}  // namespace requeue::fuzz
