// Names that only some systems have, on the disk: into the bag under safe names, and back again byte for byte.
#include <set>

#include "core/text.h"
#include "snapshot/bench.h"
#include "support/process.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

const std::vector<std::string> strange{
    "Queue/50% off.EML", "Queue/a\nb.EML",   "Queue/a\rb.EML",  "Queue/\xFF\xFE.EML",    "Queue/twin.EML",
    "Queue/TWIN.eml",    "Queue/con.EML",    "Queue/a:b.EML",   "Queue/back\\slash.EML", "Queue/=cmd|x!A1.EML",
    "Queue/dot.",        "Queue/blank ",     "Queue/e\xCC\x81", "Queue/\xC3\xA9",        "Queue/\\xff\\xfe.EML",
    "50%/in/a%b.EML",    "50%/in/plain.EML", "\xFF/in/x.EML",   "queue/other folder.EML"};

}  // namespace

TEST_CASE("Strange names go into the bag under safe ones; files.jsonl has their bytes", "[names]") {
  Bench bench;
  for (const auto& source : strange) bench.add(source, "bytes of " + source);
  bench.open();
  CHECK(bench.take().facts.files == strange.size());
  std::set<std::string> folded;
  for (const auto& [name, bytes] : contents(bench.bag() / "data")) {
    INFO(name);
    CHECK(is_utf8(name));
    CHECK(name.find_first_of("%\r\n:\\") == std::string::npos);
    CHECK(folded.insert(ascii_lower(name)).second);
  }
  const auto entries = entries_of(bench.bag());
  for (const auto& source : strange) {
    INFO(printable(source));
    const auto& entry = entries.at(escape_bytes(source));
    CHECK(read(bench.bag() / entry["stored"].get<std::string>()) == "bytes of " + source);
    if (entry.contains("name_hex")) CHECK(from_hex(entry["name_hex"].get<std::string>()) == source);
    if (!is_utf8(source)) CHECK(entry.contains("name_hex"));
  }
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("sha256sum agrees with the manifest, whatever the names", "[names]") {
  Bench bench;
  for (const auto& source : strange) bench.add(source, "bytes of " + source);
  bench.open();
  bench.take();
  const auto check = [&](const std::string& manifest) {
    return run(
        {"/bin/sh", {"-c", "cd \"$0\" && sha256sum --strict --quiet -c \"$1\"", bench.bag().string(), manifest}, {}});
  };
  for (const auto* const manifest : {"manifest-sha256.txt", "tagmanifest-sha256.txt"}) {
    const auto ran = check(manifest);
    INFO(ran.err << ran.out);
    CHECK(ran.exit == 0);
  }
  write(bench.stored("Queue/TWIN.eml"), "other");
  CHECK(check("manifest-sha256.txt").exit != 0);
}

TEST_CASE("Strange names are emptied and restored to the byte", "[names]") {
  Bench bench;
  for (const auto& source : strange) bench.add(source, "bytes of " + source);
  const auto before = fingerprint(bench.mailroot());
  bench.snapshotted();
  CHECK(bench.empty().files == strange.size());
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.restored == strange.size());
  CHECK(restored.left_out.empty());
  CHECK(fingerprint(bench.other()) == before);
}

}  // namespace requeue::tests
