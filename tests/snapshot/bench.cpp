#include "snapshot/bench.h"

#include <functional>
#include <sstream>

#include "core/digest.h"
#include "core/text.h"
#include "journal/journal.h"

namespace requeue::tests {
namespace fs = boost::filesystem;
namespace {

void walk(const Path& root, const std::function<void(const Path&, const std::string&)>& visit) {
  for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
    visit(entry->path(), entry->path().lexically_relative(root).generic_string());
  }
}

std::string content(const Path& path) {
  switch (fs::symlink_status(path).type()) {
    case fs::symlink_file:
      return "-> " + fs::read_symlink(path).string();
    case fs::directory_file:
      return "/";
    case fs::regular_file:
      return read(path);
    default:
      return "special";
  }
}

class Silent final : public Observer {
 public:
  Result<void> before(const Call&) override { return {}; }
  Result<void> after(const Call&) override { return {}; }
  [[nodiscard]] std::size_t written_before_failing(const Call&, std::size_t) const override { return 0; }
};

class Restarted final : public ObservedFiles {
 public:
  Restarted() : ObservedFiles(files::real_files(), std::make_shared<Silent>()) {}
  std::optional<std::string> boot() override { return "another start of the machine"; }
};

class Bytes final : public ByteReader {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = bytes_.copy(buffer, size, at_);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

template <class T>
T required(Result<T> result) {
  if (!result) FAIL(to_text(result.error()));
  return std::move(*result);
}

}  // namespace

Contents contents(const Path& folder) {
  Contents found;
  walk(folder, [&](const Path& path, const std::string& name) { found[name] = content(path); });
  return found;
}

std::map<std::string, std::string> fingerprint(const Path& folder) {
  std::map<std::string, std::string> found;
  const auto tree = files::real_files()->open(folder).value();
  walk(folder, [&](const Path& path, const std::string& name) {
    const auto status = tree->status(name).value();
    found[name] = to_iso8601_exact(status.written) + ' ' + std::to_string(status.mode) + ' ' + content(path);
  });
  return found;
}

std::unique_ptr<files::Files> files_after_restart() {
  return std::make_unique<Restarted>();
}

Path Bench::memory() {
  const Path memory("/dev/shm");
  return fs::is_directory(memory) ? memory : fs::temp_directory_path();
}

Bench::Bench(std::shared_ptr<files::Files> files) : folder_(memory()), files_(std::move(files)) {
  for (const auto* const name : {"Badmail", "Drop", "Pickup", "Queue"}) fs::create_directories(mailroot() / name);
}

bool Bench::add_stream_if_kept(const std::string& source, const std::string& name, std::string bytes) const {
  const auto tree = files::real_files()->open(mailroot()).value();
  if (!tree->volume(source)->keeps_streams) {
    WARN("SKIPPED: the volume of " << mailroot() << " keeps no alternate streams");
    return false;
  }
  Bytes reader(std::move(bytes));
  REQUIRE(tree->write_stream(source, name, reader));
  return true;
}

void Bench::add_messages(int count) const {
  for (int i = 0; i < count; ++i) {
    auto number = std::to_string(i);
    number.insert(0, 4 - number.size(), '0');
    add("Queue/" + number + ".EML", std::string(static_cast<std::size_t>(i % 3 + 1), 'm'));
  }
}

void Bench::open(std::shared_ptr<files::Files> files) {
  recovery_.reset();
  if (files) files_ = std::move(files);
  const auto opened = try_open();
  if (!opened) FAIL(to_text(opened.error()));
}

Result<void> Bench::try_open() {
  recovery_.reset();
  recovery::RunFacts facts;
  facts.command = "evacuate";
  facts.version = "test";
  REQUEUE_TRY(tree_, files_->open(mailroot()));
  facts.mailroot = files::to_text(tree_->path());
  REQUEUE_TRY(recovery_, recovery::open_to_write(*files_, home(), recovery::Missing::make, facts, ear));
  return {};
}

void Bench::end(Exit exit) {
  REQUIRE(recovery_->end(exit, Json::object()));
  recovery_.reset();
}

void Bench::record(std::string_view event, const Json& fields) {
  REQUIRE(recovery_->record(event, fields));
  REQUIRE(recovery_->flush());
}

Result<snapshot::Taken> Bench::try_take() {
  return snapshot::take(*recovery_, *tree_, {"requeue test", "CHG-1", "host"}, taking, ear);
}
snapshot::Taken Bench::take() {
  return required(try_take());
}
snapshot::VerifyResult Bench::verify() {
  return required(snapshot::verify(*recovery_, ear));
}
void Bench::take_two() {
  add("Queue/a.EML", "one");
  add("Queue/b.EML", "four");
  open();
  take();
}
void Bench::snapshotted() {
  open();
  take();
  REQUIRE(verify().verified.ok);
}
Result<snapshot::Emptied> Bench::try_empty() {
  return snapshot::empty(*recovery_, *tree_, options, ear);
}
snapshot::Emptied Bench::empty() {
  return required(try_empty());
}

Result<snapshot::Restored> Bench::try_restore_back() {
  restoring.recorded_mailroot = true;
  return snapshot::restore(*recovery_, *tree_, restoring, ear);
}
Result<snapshot::Restored> Bench::try_restore_elsewhere() {
  REQUEUE_TRY(const auto holder, files_->open(home()));
  REQUEUE_TRY(const auto target, files_->open_or_make(other()));
  return snapshot::restore_plain(*holder, *target, restoring, ear);
}
snapshot::Restored Bench::restore_elsewhere() {
  return required(try_restore_elsewhere());
}

std::vector<std::string> Bench::events() const {
  std::vector<std::string> names;
  const auto tree = files::real_files()->open(home()).value();
  REQUIRE(journal::read(*tree, [&](const journal::Line& line) -> Result<void> {
    names.push_back(line.event);
    return {};
  }));
  return names;
}

std::vector<Json> Bench::events(const std::string& name) const {
  std::vector<Json> found;
  const auto tree = files::real_files()->open(home()).value();
  REQUIRE(journal::read(*tree, [&](const journal::Line& line) -> Result<void> {
    if (line.event == name) found.push_back(line.json);
    return {};
  }));
  return found;
}

std::map<std::string, Json> entries_of(const Path& bag) {
  std::map<std::string, Json> entries;
  std::istringstream lines(read(bag / "files.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto entry = parse_object(line);
    REQUIRE(entry);
    entries[text_of(*entry, "path")] = *entry;
  }
  return entries;
}

void reseal(const Path& bag) {
  std::string tags;
  for (const auto* const name : {"bag-info.txt", "bagit.txt", "files.jsonl", "manifest-sha256.txt"}) {
    tags += sha256_hex(read(bag / name)) + "  " + name + "\n";
  }
  write(bag / "tagmanifest-sha256.txt", tags);
}

void tamper(const Path& bag, const std::string& file, const std::function<std::string(std::string)>& change) {
  write(bag / file, change(read(bag / file)));
  reseal(bag);
}

}  // namespace requeue::tests
