#include "snapshot/files_jsonl.h"

#include "core/flat_object.h"
#include "core/json.h"
#include "core/text.h"
#include "snapshot/bag_layout.h"

namespace requeue::snapshot {
namespace {

using files::Kind;

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::file:
      return "file";
    case Kind::folder:
      return "folder";
    case Kind::link:
      return "link";
    case Kind::special:
      return "special";
  }
  return "special";
}

std::optional<Kind> kind_of(std::string_view name) {
  for (const auto kind : {Kind::file, Kind::folder, Kind::link, Kind::special}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

// A disk can hold years that ISO 8601 cannot write: those stand as a pair of numbers, so that no time is lost and no
// strange one makes the bag unreadable.
Json json_of(Timestamp time) {
  auto text = to_iso8601_exact(time);
  if (from_iso8601(text) == time) return text;
  return Json::array({time.seconds, time.nanoseconds});
}

std::optional<Timestamp> time_of(const Json& json) {
  if (json.is_string()) return from_iso8601(json.get<std::string>());
  if (!json.is_array() || json.size() != 2 || !json[0].is_number_integer() || !json[1].is_number_integer()) {
    return std::nullopt;
  }
  const auto nanoseconds = json[1].get<std::int64_t>();
  if (nanoseconds < 0 || nanoseconds > 999'999'999) return std::nullopt;
  return Timestamp{json[0].get<std::int64_t>(), static_cast<std::int32_t>(nanoseconds)};
}

// A line is read in one of two ways, with one answer: nearly all are flat; streams, and times beyond ISO 8601, are not.
bool has(const Json& object, const char* key) {
  return object.contains(key);
}
bool has(const FlatObject& object, const char* key) {
  return object.has(key);
}
const std::string* text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() ? found->get_ptr<const std::string*>() : nullptr;
}
const std::string* text_in(const FlatObject& object, const char* key) {
  return object.text(key);
}
std::int64_t integer_in(const Json& object, const char* key) {
  return integer_of(object, key);
}
std::int64_t integer_in(const FlatObject& object, const char* key) {
  return object.integer(key);
}
std::optional<Timestamp> time_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() ? time_of(*found) : std::nullopt;
}
std::optional<Timestamp> time_in(const FlatObject& object, const char* key) {
  const auto* const text = object.text(key);
  return text != nullptr ? from_iso8601(*text) : std::nullopt;
}

template <class Object>
std::string text_or_none(const Object& object, const char* key) {
  const auto* const text = text_in(object, key);
  return text != nullptr ? *text : std::string();
}

template <class Object>
std::uint64_t unsigned_of(const Object& object, const char* key) {
  return static_cast<std::uint64_t>(integer_in(object, key));
}

template <class Object>
std::uint32_t small_of(const Object& object, const char* key) {
  return static_cast<std::uint32_t>(unsigned_of(object, key) & 0xFFFFFFFFU);
}

Json json_of(const StoredStream& stream) {
  return {
      {"name", escape_bytes(stream.name)}, {"size", stream.size}, {"sha256", stream.sha256}, {"stored", stream.stored}};
}

std::optional<StoredStream> stream_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  StoredStream stream{unescape_bytes(text_of(json, "name")), unsigned_of(json, "size"), text_of(json, "sha256"),
                      text_of(json, "stored")};
  if (stream.name.empty() || stream.name.find('\0') != std::string::npos) return std::nullopt;
  if (!is_sha256(stream.sha256) || !is_stored_path(stream.stored, streams_folder)) return std::nullopt;
  return stream;
}

template <class Object>
bool read_status(const Object& object, files::Status& status) {
  status.size = unsigned_of(object, "size");
  status.identity = {unsigned_of(object, "volume"), unsigned_of(object, "file")};
  status.mode = small_of(object, "mode");
  status.attributes = small_of(object, "attributes");
  status.owner = small_of(object, "owner");
  status.group = small_of(object, "group");
  const auto written = time_in(object, "written");
  const auto changed = time_in(object, "changed");
  if (!written || !changed) return false;
  status.written = *written;
  status.changed = *changed;
  if (!has(object, "created")) return true;
  status.created = time_in(object, "created");
  return status.created.has_value();
}

template <class Object>
bool read_source(const Object& object, Entry& entry) {
  const auto* const path = text_in(object, "path");
  if (path == nullptr) return false;
  entry.source = unescape_bytes(*path);
  if (has(object, "name_hex")) {
    const auto* const hex = text_in(object, "name_hex");
    if (hex == nullptr || from_hex(*hex) != entry.source) return false;
  }
  return entry.source.empty() || is_plain_path(entry.source);
}

template <class Object>
bool read_stored(const Object& object, Entry& entry) {
  entry.stored = text_or_none(object, "stored");
  if (entry.source.empty()) return entry.status.kind == Kind::folder && entry.stored == tree_folder;
  if (entry.status.kind == Kind::file || entry.status.kind == Kind::folder) {
    return is_stored_path(entry.stored, tree_folder);
  }
  return entry.stored.empty();
}

bool read_streams(const FlatObject& object, Entry& /*entry*/) {
  return !object.has("streams");
}

bool read_streams(const Json& json, Entry& entry) {
  const auto streams = json.find("streams");
  if (streams == json.end()) return true;
  if (!streams->is_array()) return false;
  for (const auto& each : *streams) {
    auto stream = stream_of(each);
    if (!stream) return false;
    entry.streams.push_back(std::move(*stream));
  }
  return true;
}

template <class Object>
tl::expected<Entry, std::string> entry_of(const Object& object) {
  Entry entry;
  const auto kind = kind_of(text_or_none(object, "kind"));
  if (!kind) return tl::unexpected<std::string>("unknown kind");
  entry.status.kind = *kind;
  if (!read_source(object, entry)) return tl::unexpected<std::string>("a path that leads outside the Mailroot");
  if (!read_stored(object, entry)) return tl::unexpected<std::string>("a stored path that leads outside the bag");
  if (!read_status(object, entry.status)) return tl::unexpected<std::string>("a time that is none");
  if (!read_streams(object, entry))
    return tl::unexpected<std::string>("a stream that is none, or leads outside the bag");
  entry.sha256 = text_or_none(object, "sha256");
  if (*kind == Kind::file && !is_sha256(entry.sha256)) return tl::unexpected<std::string>("a file without a digest");
  entry.acl = unescape_bytes(text_or_none(object, "acl"));
  entry.target = unescape_bytes(text_or_none(object, "target"));
  return entry;
}

}  // namespace

std::string render_entry(const Entry& entry) {
  const auto& status = entry.status;
  Json json;
  json["path"] = escape_bytes(entry.source);
  json["kind"] = to_string(status.kind);
  if (!entry.stored.empty()) json["stored"] = entry.stored;
  if (status.kind == Kind::file) {
    json["size"] = status.size;
    json["sha256"] = entry.sha256;
  }
  json["written"] = json_of(status.written);
  json["changed"] = json_of(status.changed);
  if (status.created) json["created"] = json_of(*status.created);
  json["mode"] = status.mode;
  json["attributes"] = status.attributes;
  json["owner"] = status.owner;
  json["group"] = status.group;
  json["volume"] = status.identity.volume;
  json["file"] = status.identity.file;
  if (!entry.acl.empty()) json["acl"] = escape_bytes(entry.acl);
  if (!entry.streams.empty()) {
    auto streams = Json::array();
    for (const auto& stream : entry.streams) streams.push_back(json_of(stream));
    json["streams"] = std::move(streams);
  }
  if (status.kind == Kind::link) json["target"] = escape_bytes(entry.target);
  if (json["path"] != entry.source) json["name_hex"] = to_hex(entry.source);
  return requeue::to_line(json);
}

tl::expected<Entry, std::string> parse_entry(std::string_view line) {
  return EntryParser().parse(line);
}

tl::expected<Entry, std::string> EntryParser::parse(std::string_view line) {
  if (flat_.read(line)) return entry_of(flat_);
  const auto json = parse_object(line);
  if (!json) return tl::unexpected<std::string>("it is not a JSON object");
  return entry_of(*json);
}

Result<Entry> EntryOrder::check(tl::expected<Entry, std::string> parsed, const std::string& name,
                                std::uint64_t number) {
  const auto wrong = [&](const std::string& why) {
    return failure(damage(name, "line " + std::to_string(number) + ": " + why));
  };
  if (!parsed) return wrong(parsed.error());
  if (last_ && parsed->source <= *last_) return wrong("its path does not come after the one before");
  if (!parsed->source.empty() && !folders_.contains(files::parent_of(parsed->source))) {
    return wrong("it stands in something that is no folder");
  }
  if (parsed->status.kind == Kind::folder) folders_.insert(parsed->source);
  last_ = parsed->source;
  return std::move(*parsed);
}

Result<std::optional<Entry>> EntryReader::next() {
  REQUEUE_TRY(auto line, lines_.next());
  if (!line) return std::optional<Entry>();
  REQUEUE_TRY(auto entry, order_.check(parser_.parse(*line), lines_.name(), lines_.number()));
  return std::optional<Entry>(std::move(entry));
}

Result<EntryReader> open_entries(files::Tree& recovery, const files::Relative& bag) {
  REQUEUE_TRY(auto lines, open_lines(recovery, files::join(bag, files_jsonl)));
  return EntryReader(std::move(lines));
}

}  // namespace requeue::snapshot
