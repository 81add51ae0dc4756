// Real mail through the whole program: every file planned, replayed into Pickup, and read back by the stand-in.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"
#include "core/text.h"
#include "standin/pickup_format.h"
#include "support/corpus.h"

namespace requeue::tests {
namespace {

// The manifest, by source.
std::map<std::string, Json> manifest_of(const Window& window) {
  const auto file = window.folder.path() / "manifest.jsonl";
  REQUIRE(window.ask({"report", "--recovery", window.recovery.string(), "--jsonl", file.string()}).exit == 0);
  std::map<std::string, Json> records;
  std::istringstream lines(read(file));
  for (std::string line; std::getline(lines, line);) {
    const auto record = parse_object(line);
    REQUIRE(record);
    records[(*record)["source"].get<std::string>()] = *record;
  }
  return records;
}

std::string name_of(int number) {
  auto digits = std::to_string(number);
  return "NTFS_" + std::string(6 - digits.size(), '0') + digits + ".EML";
}

bool names_a_hidden_recipient(const std::string& bytes) {
  return standin::has_field(bytes, "Bcc") || standin::has_field(bytes, "Resent-Bcc") ||
         standin::has_field(bytes, "x-sender") || standin::has_field(bytes, "x-receiver");
}

std::vector<std::string> lower(const Json& list) {
  std::vector<std::string> out;
  for (const auto& address : list) out.push_back(ascii_lower(unescape_bytes(address.get<std::string>())));
  return out;
}

TEST_CASE("real mail is planned, replayed byte for byte and read back to the same recipients") {
  const auto corpus = corpus_or_skip();
  if (corpus.empty()) return;
  const Window window;
  std::map<std::string, std::string> sources;
  const int count = each_mail(corpus, [&](const Json&, const std::string& bytes) {
    const auto source = "Queue/" + name_of(static_cast<int>(sources.size()) + 1);
    sources[source] = bytes;
    window.put(source, bytes);
  });
  window.evacuate();
  const auto answer = window.replay({"--bounces", "replay", "--lists", "replay"});
  CHECK(answer.exit == 3);
  CHECK(answer.json["found"] == count);
  CHECK(answer.json["failed"] == 0);
  CHECK(answer.json["in_doubt"] == 0);
  CHECK(answer.json["balanced"] == true);

  const auto records = manifest_of(window);
  CHECK(records.size() == sources.size());
  int replayed = 0;
  int exact = 0;
  for (const auto& [source, record] : records) {
    if (record.at("disposition") != "replayed") continue;
    ++replayed;
    const auto written = standin::read_pickup(read(window.pickup / record.at("written_name").get<std::string>()));
    INFO(source << " " << record.at("sha256"));
    const auto sender = unescape_bytes(record.at("envelope_sender").get<std::string>());
    CHECK(written.envelope.sender == (sender == "<>" ? "" : sender));
    CHECK(lower(Json(written.envelope.recipients)) == lower(record.at("envelope_recipients")));
    if (names_a_hidden_recipient(sources.at(source))) continue;
    ++exact;
    CHECK((written.content == sources.at(source)));
  }
  CHECK(answer.json["replayed"] == replayed);
  CHECK(replayed > 400);
  CHECK(exact > replayed * 9 / 10);
  CHECK(static_cast<int>(contents(window.pickup).size()) == replayed);
  CHECK(window.replay({"--bounces", "replay", "--lists", "replay"}).json["now"]["replayed"] == 0);
  const auto audit = window.ask({"audit", "--recovery", window.recovery.string()});
  CHECK(audit.exit == 3);
  CHECK(audit.json["rederived"]["checked"] == replayed);
  CHECK(audit.json["rederived"]["different"] == 0);
}

}  // namespace
}  // namespace requeue::tests
