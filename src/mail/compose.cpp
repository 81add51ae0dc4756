#include "mail/compose.h"

#include <vector>

#include "core/digest.h"
#include "core/text.h"
#include "mail/address_list.h"
#include "mail/header_lines.h"
#include "mail/smtp_body.h"

namespace requeue::mail {
namespace {

constexpr std::size_t buffer_size = 64U << 10U;

// What is written, counted and digested on its way.
class Output {
 public:
  explicit Output(ByteWriter& out) : out_(out) {}

  Result<void> write(std::string_view bytes) {
    size_ += bytes.size();
    digest_.update(bytes);
    return out_.write(bytes);
  }
  Composed finish() { return {size_, digest_.hex()}; }

 private:
  ByteWriter& out_;
  Sha256 digest_;
  std::uint64_t size_ = 0;
};

// Doubles the dot that a line starts with. Pickup takes one away from each such line, in the header block too, and a
// line starts after LF whatever stands before it.
class DotStuffer {
 public:
  DotStuffer(Output& out, bool active) : out_(out), active_(active) {}

  Result<void> write(std::string_view bytes) {
    if (bytes.empty()) return {};
    std::size_t written = 0;
    for (std::size_t line = 0; active_ && line != std::string_view::npos && line < bytes.size();) {
      if (at_line_start_ && bytes[line] == '.') {
        REQUEUE_CHECK(out_.write(bytes.substr(written, line - written)));
        REQUEUE_CHECK(out_.write("."));
        written = line;
      }
      line = bytes.find('\n', line);
      at_line_start_ = line != std::string_view::npos;
      if (at_line_start_) ++line;
    }
    return out_.write(bytes.substr(written));
  }

 private:
  Output& out_;
  bool active_;
  bool at_line_start_ = true;
};

template <class Sink>
Result<void> copy_rest(ByteReader& source, Sink& sink) {
  std::vector<char> buffer(buffer_size);
  while (true) {
    REQUEUE_TRY(const std::size_t count, source.read(buffer.data(), buffer.size()));
    if (count == 0) return {};
    REQUEUE_CHECK(sink.write({buffer.data(), count}));
  }
}

tl::unexpected<Error> not_composed(std::string why, std::string hint) {
  return failure(Exit::failed, "cannot write a message for Pickup", {}, std::move(why),
                 std::move(hint) + " Nothing was handed to Pickup; the message stays in the snapshot.");
}

Result<void> check_address(std::string_view address) {
  if (!address.empty() && !has_control_character(address)) return {};
  return not_composed(
      "an address of its envelope is empty or holds a control character: \"" + printable(address) + "\"",
      "Give its envelope with --envelopes.");
}

Result<void> check_envelope(const Envelope& envelope, const ComposeOptions& options) {
  if (envelope.recipients.empty()) {
    return not_composed("its envelope has no recipient", "Give its envelope with --envelopes.");
  }
  if (!envelope.null_sender) REQUEUE_CHECK(check_address(envelope.sender));
  if (envelope.null_sender && options.add_from) {
    return not_composed("it has no From, and no sender from which one could be made",
                        "Give its envelope with --envelopes.");
  }
  for (const auto& recipient : envelope.recipients) REQUEUE_CHECK(check_address(recipient));
  return {};
}

// As Exchange itself writes them when it exports a queue; the last line counts the bytes before it.
std::string exchange_headers(const Envelope& envelope) {
  std::string out = "X-Sender: <" + envelope.sender + ">\r\n";
  for (const auto& recipient : envelope.recipients) out += "X-Receiver: <" + recipient + ">\r\n";
  out += "X-CreatedBy: requeue\r\n";
  return out + "X-EndOfInjectedXHeaders: " + std::to_string(out.size()) + "\r\n";
}

Result<void> write_envelope(const Envelope& envelope, const ComposeOptions& options, Output& out) {
  if (options.target == Target::exchange_replay) {
    REQUEUE_CHECK(out.write(exchange_headers(envelope)));
    return options.add_from ? out.write(added_from(envelope)) : Result<void>{};
  }
  const std::string sender = envelope.null_sender ? "<>" : envelope.sender;
  REQUEUE_CHECK(out.write("x-sender: " + sender + "\r\n"));
  for (const auto& recipient : envelope.recipients) REQUEUE_CHECK(out.write("x-receiver: " + recipient + "\r\n"));
  return options.add_from ? out.write(added_from(envelope)) : Result<void>{};
}

}  // namespace

Result<Composed> compose(ByteReader& source, const Envelope& envelope, const ComposeOptions& options,
                         ByteWriter& writer) {
  Output out(writer);
  if (options.target == Target::plain || options.as_found) {
    REQUEUE_CHECK(copy_rest(source, out));
    return out.finish();
  }
  if (options.target == Target::smtp) {
    REQUEUE_TRY(const auto body, open_smtp_body(source, envelope, options));
    REQUEUE_CHECK(copy_rest(*body, out));
    return out.finish();
  }
  REQUEUE_CHECK(check_envelope(envelope, options));
  std::string rest;
  REQUEUE_TRY(const HeaderBlock block, read_raw_header_block(source, &rest, longest_sent_header));
  // Bcc fields behind the limit would be shown to every recipient.
  if (!block.complete) {
    return not_composed("its header block has no end within 64 MB",
                        "restore --held puts it back into Queue as it was.");
  }
  REQUEUE_CHECK(write_envelope(envelope, options, out));
  DotStuffer stuffed(out, options.dot_stuff && options.target == Target::iis);
  REQUEUE_CHECK(stuffed.write(sent_fields(block.raw)));
  REQUEUE_CHECK(stuffed.write(rest));
  REQUEUE_CHECK(copy_rest(source, stuffed));
  return out.finish();
}

std::string added_from(const Envelope& envelope) {
  return "From: <" + envelope.sender + ">\r\n";
}

Result<bool> has_leading_dot(ByteReader& source) {
  std::vector<char> buffer(buffer_size);
  bool at_line_start = true;
  while (true) {
    REQUEUE_TRY(const std::size_t count, source.read(buffer.data(), buffer.size()));
    if (count == 0) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (at_line_start && buffer[i] == '.') return true;
      at_line_start = buffer[i] == '\n';
    }
  }
}

}  // namespace requeue::mail
