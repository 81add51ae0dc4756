#include "replay/smtp_parcel.h"

#include <algorithm>

#include "mail/smtp_body.h"
#include "replay/handoff_steps.h"
#include "replay/message_reading.h"

namespace requeue::replay {
namespace {

constexpr std::size_t piece = 1U << 16U;

bool is_beyond_ascii(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
}

mail::ComposeOptions options_of(const Message& message, const PlanOptions& options) {
  auto out = options.compose;
  out.target = mail::Target::smtp;
  out.add_from = message.add_from;
  out.unstuff = options.compose.dot_stuff && is_in_pickup_form(message.source);
  return out;
}

// The rule by which it cannot be sent, or empty.
std::string_view read_through(recovery::Recovery& recovery, const Message& message, Parcel& parcel) {
  const auto source = open_source(recovery, message);
  if (!source) return smtp_damaged_rule;
  HashingReader hashing(**source);
  const auto body = mail::open_smtp_body(hashing, parcel.reading.envelope, parcel.options);
  Sha256 written;
  bool whole = body.has_value();
  std::string buffer(piece, '\0');
  while (whole) {
    const auto count = (*body)->read(buffer.data(), buffer.size());
    whole = count.has_value();
    if (!whole || *count == 0) break;
    written.update(std::string_view(buffer).substr(0, *count));
    parcel.size += *count;
  }
  if (!hashing.drain() || hashing.hex() != to_hex(message.sha256)) return smtp_damaged_rule;
  if (!whole) return smtp_unsendable_rule;
  parcel.written_sha256 = written.hex();
  parcel.eight_bit = (*body)->eight_bit();
  parcel.changed_line_ends = (*body)->changed_line_ends();
  return {};
}

}  // namespace

bool Parcel::needs_utf8() const {
  const auto& envelope = reading.envelope;
  return (!envelope.null_sender && is_beyond_ascii(envelope.sender)) ||
         std::any_of(envelope.recipients.begin(), envelope.recipients.end(), is_beyond_ascii);
}

Parcel make_parcel(recovery::Recovery& recovery, const Plan& plan, std::size_t index, const PlanOptions& options) {
  const auto& message = plan.messages[index];
  Parcel parcel;
  parcel.index = index;
  parcel.options = options_of(message, options);
  auto reading = read_message(recovery, plan, message, options);
  if (reading) parcel.reading = std::move(*reading);
  parcel.wrong = reading ? read_through(recovery, message, parcel) : smtp_damaged_rule;
  return parcel;
}

Result<SmtpPreview> preview_smtp(recovery::Recovery& recovery, Plan& plan, const PlanOptions& options,
                                 Watcher& watcher) {
  SmtpPreview seen;
  watcher.phase("made ready for SMTP", plan.messages.size(), 0);
  for (std::size_t i = 0; i < plan.messages.size(); ++i) {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted while the messages were read");
    watcher.advance(1, 0);
    auto& message = plan.messages[i];
    if (message.disposition != Disposition::pending || !message.chosen_now) continue;
    const auto parcel = make_parcel(recovery, plan, i, options);
    if (!parcel.wrong.empty()) {
      message.disposition = Disposition::failed;
      message.rule = parcel.wrong;
      continue;
    }
    ++seen.messages;
    if (parcel.eight_bit) ++seen.eight_bit;
    if (parcel.changed_line_ends) ++seen.changed_line_ends;
    if (parcel.needs_utf8()) ++seen.beyond_ascii;
    seen.largest = std::max(seen.largest, parcel.size);
  }
  return seen;
}

}  // namespace requeue::replay
