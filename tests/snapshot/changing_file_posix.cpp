// A file that somebody works on while it is copied: three tries, and never a copy of half the old and half the new. On
// Windows a file that is being read cannot be written.
#include "core/digest.h"
#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

// Calls `action` right before the copy's first read of Queue/a.EML, each time.
std::shared_ptr<RecordingFiles> meddling(const std::function<void(int attempt)>& action) {
  auto files = std::make_shared<RecordingFiles>();
  auto attempt = std::make_shared<int>(0);
  auto inside = std::make_shared<bool>(false);
  files->before("open", [=](const Call& call) { *inside = call.path == "Queue/a.EML"; });
  files->before("read", [=](const Call& call) {
    if (!*inside || call.path != "Queue/a.EML") return;
    *inside = false;
    action(++*attempt);
  });
  return files;
}

void check_refused(Bench& bench) {
  const auto taken = bench.try_take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().exit == Exit::precondition);
  CHECK(taken.error().path == (bench.mailroot() / "Queue/a.EML").string());
  CHECK(taken.error().hint.find("Nothing was removed") == 0);
  CHECK_FALSE(fs::exists(bench.stored("Queue/a.EML")));
  CHECK_FALSE(fs::exists(bench.bag() / "tagmanifest-sha256.txt"));
  CHECK(bench.events("snapshot").empty());
}

}  // namespace

TEST_CASE("A file that changes once while it is copied is copied again", "[snapshot]") {
  std::unique_ptr<Bench> bench;
  const auto files = meddling([&](int attempt) {
    if (attempt == 1) bench->add("Queue/a.EML", "the newer text");
  });
  bench = std::make_unique<Bench>(files);
  bench->add("Queue/a.EML", "old");
  bench->open();
  CHECK(bench->take().facts.bytes == 14);
  CHECK(read(bench->stored("Queue/a.EML")) == "the newer text");
  CHECK(entries_of(bench->bag()).at("Queue/a.EML")["sha256"] == sha256_hex("the newer text"));
  CHECK(bench->verify().verified.ok);
}

TEST_CASE("Bytes of the same length, changed while they are copied, are noticed by the file's times", "[snapshot]") {
  std::unique_ptr<Bench> bench;
  const auto files = meddling([&](int attempt) {
    if (attempt == 1) bench->add("Queue/a.EML", "new");
  });
  bench = std::make_unique<Bench>(files);
  bench->add("Queue/a.EML", "old");
  bench->open();
  bench->take();
  const auto now = bench->tree().status("Queue/a.EML").value();
  CHECK(read(bench->stored("Queue/a.EML")) == "new");
  CHECK(entries_of(bench->bag()).at("Queue/a.EML")["changed"] == to_iso8601_exact(now.changed));
}

TEST_CASE("A file that changes in each of three tries ends the snapshot, and no copy of it stays", "[snapshot]") {
  std::unique_ptr<Bench> bench;
  int attempts = 0;
  const auto files = meddling([&](int attempt) {
    attempts = attempt;
    bench->add("Queue/a.EML", std::string(static_cast<std::size_t>(10 + attempt), 'x'));
  });
  bench = std::make_unique<Bench>(files);
  bench->add("Queue/a.EML", "old");
  bench->open();
  check_refused(*bench);
  CHECK(attempts == 3);
}

TEST_CASE("A file that is replaced by another of equal bytes while it is copied is copied again", "[snapshot]") {
  std::unique_ptr<Bench> bench;
  const auto files = meddling([&](int attempt) {
    if (attempt != 1) return;
    bench->add("Queue/new", "old");
    fs::rename(bench->mailroot() / "Queue/new", bench->mailroot() / "Queue/a.EML");
  });
  bench = std::make_unique<Bench>(files);
  bench->add("Queue/a.EML", "old");
  bench->open();
  bench->take();
  CHECK(entries_of(bench->bag()).at("Queue/a.EML")["file"] ==
        bench->tree().status("Queue/a.EML").value().identity.file);
}

TEST_CASE("A file that goes while it is copied ends the snapshot: it is not passed over", "[snapshot]") {
  std::unique_ptr<Bench> bench;
  const auto files = meddling([&](int) { fs::remove(bench->mailroot() / "Queue/a.EML"); });
  bench = std::make_unique<Bench>(files);
  bench->add("Queue/a.EML", "old");
  bench->open();
  check_refused(*bench);
}

TEST_CASE("A file that is changed while it is compared before its removal is not the one that was copied", "[empty]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  bench.add("Queue/a.EML", "one");  // newer times, so that its bytes are read
  int compared = 0;
  files->before("streams", [&](const Call& call) {
    // The second time is the one right before the removal; the bytes were read by then.
    if (call.path == "Queue/a.EML" && ++compared == 2) bench.add("Queue/a.EML", "two");
  });
  const auto emptied = bench.empty();
  CHECK(compared >= 2);
  CHECK(emptied.files == 0);
  CHECK(read(bench.mailroot() / "Queue/a.EML") == "two");
}

}  // namespace requeue::tests
