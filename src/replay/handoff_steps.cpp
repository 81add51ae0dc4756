#include "replay/handoff_steps.h"

#include <array>
#include <memory>

#include "core/text.h"

namespace requeue::replay {
namespace {

constexpr std::size_t step = 65536;
constexpr std::string_view token_name = "token";
constexpr std::array personal{
    "message_id",      "mih",    "date", "subject", "from", "envelope_sender", "envelope_recipients",
    "envelope_source", "arrival"};

Json escaped_list(const std::vector<std::string>& items) {
  auto out = Json::array();
  for (const auto& item : items) out.push_back(escape_bytes(item));
  return out;
}

// Nothing stands there, and that is certain.
bool is_absent(files::Tree& tree, const files::Relative& path) {
  const auto status = tree.status(path);
  return !status && status.error().cause == Cause::not_found;
}

// Some bytes of addresses: enough to make a line that the record cannot hold, and then it is looked at closely.
constexpr std::size_t many_bytes = std::size_t{2} << 20U;
constexpr std::size_t longest_personal = std::size_t{15} << 20U;  // of the 16 MiB of a line

bool is_too_long(const Reading& reading, const Json& fields) {
  std::size_t bytes = 0;
  for (const auto* const list : {&reading.envelope.recipients, &reading.not_owed, &reading.log.adds, &reading.log.takes,
                                 &reading.log.refused, &reading.log.delivered}) {
    for (const auto& address : *list) bytes += address.size() + 3;
  }
  return bytes > many_bytes && to_line(fields).size() > longest_personal;
}

bool is_file(files::Tree& tree, const files::Relative& path) {
  const auto status = tree.status(path);
  return status && status->kind == files::Kind::file;
}

}  // namespace

Result<std::size_t> HashingReader::read(char* buffer, std::size_t size) {
  REQUEUE_TRY(const std::size_t count, inner_.read(buffer, size));
  digest_.update(std::string_view(buffer, count));
  ended_ = count == 0;
  return count;
}

Result<void> HashingReader::drain() {
  if (ended_) return {};
  const auto buffer = std::make_unique_for_overwrite<char[]>(step);
  while (!ended_) REQUEUE_CHECK(read(buffer.get(), step));
  return {};
}

Result<std::optional<std::string>> sha256_at(files::Tree& tree, const files::Relative& path) {
  auto reader = tree.open(path);
  if (!reader) {
    if (reader.error().cause == Cause::not_found) return std::optional<std::string>{};
    return failure(std::move(reader.error()));
  }
  HashingReader hashing(**reader);
  REQUEUE_CHECK(hashing.drain());
  return std::optional<std::string>{hashing.hex()};
}

bool on_local_volume(Place& place) {
  const auto volume = place.beside->volume(place.pickup);
  return volume && volume->local;
}

bool is_gone_from_staging(Place& place, const std::string& name) {
  return is_absent(*place.beside, files::join(place.staging, name));
}

// A rename that failed may still have happened: a server that did it and did not answer, a device that reported an
// error after it. Sending again what was sent is the one thing that must not be, so `no` needs both halves of the
// proof.
Move move_into_pickup(Place& place, const std::string& name, bool local) {
  const auto from = files::join(place.staging, name);
  const auto to = files::join(place.pickup, name);
  const auto renamed = place.beside->rename(from, to);
  if (renamed) return {};
  const bool absent = renamed.error().cause == Cause::not_found && is_absent(*place.beside, from);
  if (local && absent && is_absent(*place.beside, to)) return {Moved::gone, renamed.error().why};
  const bool known = local && is_file(*place.beside, from) && is_absent(*place.beside, to);
  return {known ? Moved::no : Moved::unknown, renamed.error().why};
}

Result<void> flush_pickup_and_staging(Place& place) {
  // Pickup first: were staging's half of the renames durable alone, a crash would leave the files nowhere.
  REQUEUE_CHECK(place.beside->flush_folder(place.pickup));
  return place.beside->flush_folder(place.staging);
}

Result<void> record_message(recovery::Recovery& recovery, const MessageEvent& event) {
  Json fields;
  fields["source"] = escape_bytes(event.source);
  fields["sha256"] = event.sha256;
  fields["disposition"] = to_string(event.disposition);
  fields["rule"] = event.rule;
  if (!event.duplicate_of.empty()) fields["duplicate_of"] = escape_bytes(event.duplicate_of);
  if (!event.written_sha256.empty()) {
    fields["written_name"] = event.written_name;
    fields["written_sha256"] = event.written_sha256;
  }
  fields["details"] = event.details;
  return recovery.record("message", fields);
}

Result<void> record_commit(recovery::Recovery& recovery, const Staged& staged, std::string_view how,
                           std::string_view rule) {
  Json fields;
  fields["source"] = escape_bytes(staged.source);
  fields["name"] = staged.name;
  fields["how"] = how;
  REQUEUE_CHECK(recovery.record("commit", fields));
  return record_message(recovery, {staged.source,
                                   staged.sha256,
                                   Disposition::replayed,
                                   how == "renamed" ? rule : how,
                                   {},
                                   staged.name,
                                   staged.written_sha256,
                                   staged.details});
}

Result<void> record_doubt(recovery::Recovery& recovery, const Staged& staged, std::string_view rule,
                          std::string_view why) {
  Json fields;
  fields["source"] = escape_bytes(staged.source);
  fields["name"] = staged.name;
  fields["rule"] = rule;
  fields["why"] = why;
  REQUEUE_CHECK(recovery.record("in_doubt", fields));
  return record_message(recovery, {staged.source,
                                   staged.sha256,
                                   Disposition::in_doubt,
                                   rule,
                                   {},
                                   staged.name,
                                   staged.written_sha256,
                                   staged.details});
}

Result<void> record_abort(recovery::Recovery& recovery, const Staged& staged, std::string_view why,
                          std::string_view rule) {
  Json fields;
  fields["source"] = escape_bytes(staged.source);
  fields["name"] = staged.name;
  fields["why"] = escape_bytes(why);
  REQUEUE_CHECK(recovery.record("abort", fields));
  if (rule.empty()) return {};
  return record_message(recovery,
                        {staged.source, staged.sha256, Disposition::failed, rule, {}, {}, {}, staged.details});
}

std::optional<std::string> remove_staged(Place& place, const std::string& name) {
  const auto path = files::join(place.staging, name);
  const auto removed = place.beside->remove_file(path);
  if (removed || removed.error().cause == Cause::not_found) return std::nullopt;
  return "a staged file that is not needed any more could not be removed (the next replay tries again): " +
         printable(place.beside->path_of(path).string()) + ": " + printable(removed.error().why);
}

void remove_staged(Place& place, const std::string& name, Watcher& watcher) {
  if (const auto warning = remove_staged(place, name)) watcher.warn(*warning);
}

Result<void> remove_staging(Place& place) {
  auto entries = place.beside->list(place.staging);
  if (!entries) {
    if (entries.error().cause == Cause::not_found) return {};
    return failure(std::move(entries.error()));
  }
  for (const auto& entry : *entries) {
    if (entry.name != token_name) return {};
  }
  // A staged file was removed before, and a power cut may bring it back. Beside a token it is litter; without one it is
  // somebody's, and no replay goes on. So those removals are on the disk before the token goes.
  REQUEUE_CHECK(place.beside->flush_folder(place.staging));
  // The token first: a folder without one that is empty is made good by the next run; the other way round cannot be.
  if (!entries->empty()) REQUEUE_CHECK(place.beside->remove_file(files::join(place.staging, token_name)));
  REQUEUE_CHECK(place.beside->remove_folder(place.staging));
  return place.beside->flush_folder({});
}

Json personal_fields(std::uint64_t seq, const Message& message, const Plan& plan, const Reading& reading) {
  const Json record = record_of(seq, message, reading, plan, false);
  Json fields;
  for (const char* const key : personal) {
    if (const auto found = record.find(key); found != record.end()) fields[key] = *found;
  }
  // A sender that is empty and one that is null ("<>") are not the same, and audit composes from this line.
  fields["null_sender"] = reading.envelope.null_sender;
  fields["sender_known"] = reading.envelope.sender_known;
  if (message.add_from) fields["added"] = escape_bytes(mail::added_from(reading.envelope));
  if (!reading.log.state.empty() || reading.log.says_anything()) fields["log"] = log_json(reading.log);
  if (!reading.not_owed.empty()) fields["not_owed"] = escaped_list(reading.not_owed);
  if (is_too_long(reading, fields)) return Json{{too_long, true}};
  return fields;
}

}  // namespace requeue::replay
