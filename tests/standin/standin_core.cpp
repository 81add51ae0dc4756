#include "standin/standin_core.h"

#include <algorithm>
#include <cstdio>
#include <random>

#include <boost/filesystem.hpp>

#include "standin/platform.h"
#include "standin/stamp.h"

namespace standin {
namespace {

constexpr const char* pickup_error =
    "Error is processing file in pickup directory. The specific error code was 0xC00402CE.\r\n";
constexpr const char* delivery_error =
    "Unable to deliver this message because the following error was encountered: The recipient was rejected by the "
    "remote server. The specific error code was 0xC00402C7.\r\n";

std::string random_id() {
  std::random_device random;
  char text[17];
  std::snprintf(text, sizeof text, "%08x%08x", random() & 0xFFFFFFFFU, random() & 0xFFFFFFFFU);
  return text;
}

std::string domain_of(const std::string& address) {
  const auto at = address.rfind('@');
  return at == std::string::npos ? "" : address.substr(at + 1);
}

bool any_matches(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches(glob, text); });
}

bool is_eml(const fs::path& file) {
  return matches("*.eml", file.filename().string());
}

// Regular files directly in the folder, by name. Links are nobody's mail.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  boost::system::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    boost::system::error_code ignored;
    if (entry->symlink_status(ignored).type() == fs::regular_file) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_read_only(const fs::path& file) {
  return (fs::status(file).permissions() & fs::owner_write) == 0;
}

// folder/stem+extension, or the same with -2, -3, ... until nothing is there. Room is left in the name for both.
fs::path unused(const fs::path& folder, std::string stem, const std::string& extension) {
  stem.resize(std::min<std::size_t>(stem.size(), 235));
  if (stem.empty()) stem = "message";
  fs::path path = folder / (stem + extension);
  for (int i = 2; fs::exists(fs::symlink_status(path)); ++i)
    path = folder / (stem + "-" + std::to_string(i) + extension);
  return path;
}

// Pickup name, sender and recipients, each ended by NUL: no address holds one.
std::string pack(const std::string& pickup_name, const Envelope& envelope) {
  std::string out = pickup_name + '\0' + envelope.sender + '\0';
  for (const auto& recipient : envelope.recipients) out += recipient + '\0';
  return out;
}

std::string unpack(std::string_view bytes, Envelope& envelope) {
  std::vector<std::string> parts;
  for (auto end = bytes.find('\0'); end != std::string_view::npos; end = bytes.find('\0')) {
    parts.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  if (parts.size() < 2) return {};
  envelope = {parts[1], {parts.begin() + 2, parts.end()}};
  return parts[0];
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + json_string(text);
  return out + "]";
}

}  // namespace

Standin::Standin(Settings settings) : settings_(std::move(settings)) {}

fs::path Standin::taken(const std::string& id, const char* extension) const {
  return settings_.state / "taken" / (id + extension);
}

fs::path Standin::envelope_file(const std::string& queue_name) const {
  return settings_.state / "envelopes" / queue_name;
}

// The service makes its folders again when they are missing (Q247958).
void Standin::make_folders() const {
  for (const char* name : {"Pickup", "Queue", "Badmail", "Drop"}) fs::create_directories(settings_.mailroot / name);
  for (const char* name : {"taken", "envelopes", "delivering"}) fs::create_directories(settings_.state / name);
  fs::create_directories(settings_.deliver);
}

std::string Standin::prepare() {
  try {
    make_folders();
  } catch (const std::exception& error) {
    return error.what();
  }
  for (const auto& folder : {settings_.mailroot / "Pickup", settings_.mailroot / "Queue",
                             settings_.mailroot / "Badmail", settings_.deliver}) {
    if (!same_volume(folder, settings_.state)) {
      return folder.string() + " is on another volume than " + settings_.state.string();
    }
  }
  return {};
}

void Standin::guarded(const fs::path& path, const std::function<void()>& step) {
  try {
    step();
  } catch (const std::exception& error) {
    complaints_.push_back(path.string() + ": " + error.what());
  }
}

std::vector<std::string> Standin::take_complaints() {
  return std::exchange(complaints_, {});
}

void Standin::recover() {
  guarded(settings_.state, [this] { make_folders(); });
  for (const auto& file : files_in(settings_.state / "taken")) {
    if (file.extension() != ".ready" && file.extension() != ".raw") continue;
    guarded(file, [&] { move_on(file.stem().string()); });
  }
  for (const auto& file : files_in(settings_.state / "taken"))
    guarded(file, [&] {  // names without a message
      if (!fs::exists(taken(file.stem().string(), ".raw"))) fs::remove(file);
    });
  for (fs::directory_iterator entry(settings_.state / "delivering"), end; entry != end; ++entry) {
    guarded(entry->path(), [&] { finish_delivery(entry->path()); });
  }
}

Pass Standin::pass(const std::function<bool()>& go_on) {
  Pass pass;
  guarded(settings_.mailroot, [this] { make_folders(); });
  stuck_domains_ = control_globs(settings_.state / "stick");
  rejected_addresses_ = control_globs(settings_.state / "reject");
  for (const auto& file : files_in(settings_.mailroot / "Pickup")) {
    if (!go_on()) return pass;
    guarded(file, [&] { take(file, pass); });
  }
  std::map<std::string, Queued> before;
  before.swap(queue_);
  for (const auto& file : files_in(settings_.mailroot / "Queue")) {
    if (!go_on()) return pass;
    if (!is_eml(file)) continue;
    if (auto known = before.extract(file.filename().string())) queue_.insert(std::move(known));
    guarded(file, [&] { look_at(file, pass); });
  }
  return pass;
}

void Standin::take(const fs::path& file, Pass& pass) {
  const std::string name = file.filename().string();
  const bool read_only = is_read_only(file);
  if (read_only && sent_read_only_.count(name) != 0) return;
  if (is_being_written(file)) {
    ++pass.waiting;
    return;
  }
  const std::string id = random_id();
  write_file(taken(id, ".name"), name);
  if (read_only) {
    // It is sent, cannot be removed, and is sent again at each restart (Q221432).
    fs::copy_file(file, taken(id, ".copy"));
    fs::permissions(taken(id, ".copy"), fs::add_perms | fs::owner_write);
    fs::rename(taken(id, ".copy"), taken(id, ".raw"));
    sent_read_only_.insert(name);
  } else {
    fs::rename(file, taken(id, ".raw"));
  }
  ++pass.moved;
  move_on(id);
}

// From wherever a taken file stands, into Queue or Badmail.
void Standin::move_on(const std::string& id) {
  const std::string name = fs::exists(taken(id, ".name")) ? read_file(taken(id, ".name")) : id;
  if (!fs::exists(taken(id, ".ready"))) {
    const std::string bytes = read_file(taken(id, ".raw"));
    Message message = read_pickup(bytes);
    if (!message.has_from || message.envelope.recipients.empty()) {
      refuse(taken(id, ".raw"), name, pickup_error);
      fs::remove(taken(id, ".name"));
      return;
    }
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    if (settings_.stamp) {
      message.content = stamped(message.content, {settings_.host, now.count(), std::stoull(id, nullptr, 16)});
    }
    write_file(envelope_file("NTFS_" + id + ".EML"), pack(name, message.envelope));
    write_file(taken(id, ".ready"), message.content);
  }
  // The raw file goes before Queue has the message: else a kill in between would have it taken a second time.
  fs::remove(taken(id, ".raw"));
  fs::remove(taken(id, ".name"));
  fs::rename(taken(id, ".ready"), settings_.mailroot / "Queue" / ("NTFS_" + id + ".EML"));
}

void Standin::refuse(const fs::path& file, const std::string& name, const std::string& report) {
  const fs::path bad = unused(settings_.mailroot / "Badmail", name, ".BAD");
  fs::path companion = bad;
  write_file(companion.replace_extension(".BDR"), report);
  write_file(companion.replace_extension(".BDP"), std::string("\x01\0\x02\0", 4) + name);
  fs::rename(file, bad);
}

Standin::Queued& Standin::queued(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto known = queue_.find(name);
  if (known != queue_.end()) return known->second;
  Queued fresh;
  fresh.since = Clock::now();
  if (fs::exists(envelope_file(name))) {
    fresh.pickup_name = unpack(read_file(envelope_file(name)), fresh.envelope);
    fresh.usable = true;
  } else {  // it stood there already, or somebody put it there
    const Message message = read_queue(read_file(file));
    fresh.envelope = message.envelope;
    fresh.usable = message.has_from && !message.envelope.recipients.empty();
  }
  return queue_.emplace(name, std::move(fresh)).first->second;
}

bool Standin::is_rejected(const std::string& address) const {
  return any_matches(rejected_addresses_, address);
}

Standin::Fate Standin::fate_of(const Queued& queued) const {
  const auto& recipients = queued.envelope.recipients;
  const bool sticks = std::any_of(recipients.begin(), recipients.end(), [this](const std::string& address) {
    return any_matches(stuck_domains_, domain_of(address));
  });
  if (sticks || !queued.usable) return Fate::stick;
  if (Clock::now() - queued.since < settings_.delay) return Fate::wait;
  const bool rejected =
      std::all_of(recipients.begin(), recipients.end(), [this](const auto& address) { return is_rejected(address); });
  return rejected ? Fate::reject : Fate::deliver;
}

void Standin::look_at(const fs::path& file, Pass& pass) {
  const Queued& message = queued(file);
  switch (fate_of(message)) {
    case Fate::stick:
      ++pass.stuck;
      return;
    case Fate::wait:
      ++pass.waiting;
      return;
    case Fate::reject:
      refuse(file, file.stem().string(), delivery_error);
      break;
    case Fate::deliver:
      deliver(file, message);
      break;
  }
  ++pass.moved;
  const std::string name = file.filename().string();
  queue_.erase(name);
  fs::remove(envelope_file(name));
}

void Standin::deliver(const fs::path& file, const Queued& message) {
  const std::string stem = file.stem().string();
  const fs::path folder = settings_.state / "delivering" / (stem.empty() ? "message" : stem);
  Envelope served{message.envelope.sender, {}};
  std::vector<std::string> rejected;
  for (const auto& address : message.envelope.recipients) {
    (is_rejected(address) ? rejected : served.recipients).push_back(address);
  }
  fs::create_directories(folder);
  write_file(folder / "envelope.json", "{\"sender\": " + json_string(served.sender) +
                                           ", \"recipients\": " + json_list(served.recipients) +
                                           ", \"pickup_name\": " + json_string(message.pickup_name) +
                                           ", \"rejected\": " + json_list(rejected) + "}\n");
  fs::rename(file, folder / "message.eml");
  finish_delivery(folder);
}

void Standin::finish_delivery(const fs::path& folder) {
  if (fs::exists(folder / "message.eml")) {
    fs::rename(folder, unused(settings_.deliver, folder.filename().string(), ""));
  } else {
    fs::remove_all(folder);  // killed before the message was moved: it is still in Queue
  }
}

}  // namespace standin
