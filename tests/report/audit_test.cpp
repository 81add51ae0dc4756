// An audit: what a good record says, and what each kind of tampering with bag, balance and handed-over files is told
// as.
#include <algorithm>

#include "core/digest.h"
#include "report/record.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

void check_clean(const report::Audit& audit) {
  for (const auto& finding : audit.findings) UNSCOPED_INFO(finding);
  CHECK(audit.findings.empty());
  CHECK(audit.unbroken);
  CHECK(audit.bag_complete);
  CHECK(audit.bag_valid);
  CHECK(audit.balanced);
  CHECK(audit.different == 0);
}

}  // namespace

TEST_CASE("A good record: bag valid, chain unbroken, balance recounted, each handed-over file derived again",
          "[audit]") {
  Record record;
  five_messages(record);
  const auto audit = record.audit();
  check_clean(audit);
  CHECK(audit.exit == Exit::attention);  // one is held
  CHECK(audit.records == static_cast<std::int64_t>(record.journal().size()));
  CHECK(audit.head == sha256_hex(record.journal().back()));
  CHECK(audit.balance.found == 5);
  CHECK(audit.balance.replayed == 2);
  CHECK(audit.balance.duplicate == 1);
  CHECK(audit.balance.held == 1);
  CHECK(audit.balance.skipped == 1);
  CHECK(audit.checked == 2);
}

TEST_CASE("Nothing that needs a person: exit 0; pending: 3; in doubt: 8, whatever else there is", "[audit]") {
  Record record;
  record.add("Queue/a.EML", mail("one@example.org", "first"));
  record.add("Queue/b.EML", mail("one@example.org", "second"));
  record.evacuate();
  CHECK(record.audit().exit == Exit::attention);
  CHECK(record.audit().balance.pending == 2);
  record.replay();
  CHECK(record.audit().exit == Exit::done);
  record.event("in_doubt", {{"source", "Queue/b.EML"}, {"name", ""}, {"rule", "reboot"}, {"why", ""}});
  CHECK(record.audit().exit == Exit::done);  // what was handed over stays so
}

TEST_CASE("A message in doubt gives exit 8, also beside damage", "[audit]") {
  Record record;
  record.add("Queue/a.EML", mail("one@example.org", "first"));
  record.evacuate();
  record.event("in_doubt", {{"source", "Queue/a.EML"}, {"name", ""}, {"rule", "reboot"}, {"why", ""}});
  CHECK(record.audit().exit == Exit::in_doubt);
  CHECK(record.audit().balance.in_doubt == 1);
  write(record.stored("Queue/a.EML"), "other");
  CHECK(record.audit().exit == Exit::in_doubt);
  CHECK_FALSE(record.audit().findings.empty());
}

TEST_CASE("An audit writes nothing and needs no lock", "[audit]") {
  Record record;
  five_messages(record);
  replay::Ledger ledger;
  recovery::RunFacts facts;
  facts.command = "replay";
  const auto writing =
      recovery::open_to_write(record.files(), record.home(), recovery::Missing::refuse, facts, record.watcher());
  REQUIRE(writing);
  const auto journal = read(record.home() / "journal.jsonl");
  const auto details = read(record.home() / "messages.jsonl");
  check_clean(record.audit());
  CHECK(read(record.home() / "journal.jsonl") == journal);
  CHECK(read(record.home() / "messages.jsonl") == details);
}

TEST_CASE("Payload that was changed: the bag is not valid, and the file handed over from it differs", "[audit]") {
  Record record;
  five_messages(record);
  write(record.stored("Queue/a.EML"), mail("one@example.org", "First"));
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK(audit.bag_complete);
  CHECK_FALSE(audit.bag_valid);
  CHECK(audit.different == 1);
  CHECK(finds(audit, {"Queue/a.EML", "other bytes"}));
  CHECK(finds(audit, {"handed over for Queue/a.EML", "is not what its source and the recorded envelope give"}));
}

TEST_CASE("Payload that is gone: the bag is not complete", "[audit]") {
  Record record;
  five_messages(record);
  fs::remove(record.stored("Queue/e.LTR"));
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK_FALSE(audit.bag_complete);
  CHECK_FALSE(audit.bag_valid);
  CHECK(finds(audit, {"Queue/e.LTR", "missing"}));
  CHECK(audit.different == 0);
}

TEST_CASE("Payload that was added: the bag is not valid", "[audit]") {
  Record record;
  five_messages(record);
  write(record.stored("Queue/f.EML"), "new");
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK_FALSE(audit.bag_valid);
  CHECK(finds(audit, {"Queue/f.EML", "not in the manifest"}));
  CHECK(audit.balance.found == 5);
}

TEST_CASE("A snapshot that was replaced with care by another good bag is noticed by its root", "[audit]") {
  Record record;
  five_messages(record);
  Record other;
  five_messages(other);
  fs::remove_all(record.home() / "snapshot");
  fs::rename(other.home() / "snapshot", record.home() / "snapshot");
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK_FALSE(audit.bag_valid);
  CHECK(finds(audit, {"tagmanifest-sha256.txt"}));
}

TEST_CASE("A snapshot that is gone altogether is a finding, not a refusal", "[audit]") {
  Record record;
  five_messages(record);
  fs::remove_all(record.home() / "snapshot");
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK_FALSE(audit.bag_complete);
  CHECK_FALSE(audit.bag_valid);
}

TEST_CASE("An intent that was forged to name another hash differs from what its source gives", "[audit]") {
  Record record;
  five_messages(record);
  const std::string key = GENERATE("written_sha256", "sha256");
  record.forge([&](Json& line) {
    if (line["event"] == "intent" && line["source"] == "Queue/a.EML") line[key] = sha256_hex("forged");
  });
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK(audit.checked == 2);
  CHECK(audit.different == 1);
  CHECK(finds(audit, {"handed over for Queue/a.EML", "differs"}));
}

TEST_CASE("A message committed twice, or without an intent, contradicts the rules of handing over", "[audit]") {
  Record record;
  five_messages(record);
  SECTION("twice") {
    record.forge_lines([](std::vector<Json>& lines) {
      const auto commit =
          std::find_if(lines.begin(), lines.end(), [](const Json& l) { return l["event"] == "commit"; });
      const Json again = *commit;
      lines.insert(lines.end() - 1, again);
    });
    CHECK(finds(record.audit(), {"committed before", "sent twice"}));
  }
  SECTION("without an intent") {
    record.forge_lines([](std::vector<Json>& lines) {
      std::erase_if(lines, [](const Json& l) { return l["event"] == "intent" && l["source"] == "Queue/a.EML"; });
    });
    CHECK(finds(record.audit(), {"Queue/a.EML", "without an intent"}));
  }
  SECTION("an intent for what was handed over") {
    record.forge_lines([](std::vector<Json>& lines) {
      const auto intent =
          std::find_if(lines.begin(), lines.end(), [](const Json& l) { return l["event"] == "intent"; });
      const Json again = *intent;
      lines.insert(lines.end() - 1, again);
    });
    CHECK(finds(record.audit(), {"already handed over"}));
  }
  CHECK(record.audit().exit == Exit::verification);
}

TEST_CASE("Counts that a replay states are recounted from the bag and the journal", "[audit]") {
  Record record;
  five_messages(record);
  record.forge([](Json& line) {
    if (line["event"] != "replay_end") return;
    auto& counts = line.contains("counts") ? line["counts"] : line;
    counts["held"] = 0;
    counts["replayed"] = 3;
  });
  const auto audit = record.audit();
  CHECK_FALSE(audit.balanced);
  CHECK(audit.exit == Exit::verification);
  CHECK(finds(audit, {"states replayed 3", "it is 2"}));
  CHECK(finds(audit, {"states held 0", "it is 1"}));
}

TEST_CASE("A decision on a message that the bag does not hold, or that is none, upsets the balance", "[audit]") {
  Record record;
  five_messages(record);
  const std::string source = GENERATE("Queue/x.EML", "Queue/e.LTR", "Drop/x.eml");
  record.event("message", {{"source", source}, {"disposition", "skipped"}, {"rule", "max_age"}});
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  if (source != "Queue/e.LTR") {
    CHECK_FALSE(audit.balanced);
    CHECK(finds(audit, {"files.jsonl does not hold"}));
  } else {
    CHECK(finds(audit, {"Queue/e.LTR", "no message by the rules"}));
  }
}

TEST_CASE("A recovery folder at its beginning is no failure: notes say what there is not yet", "[audit]") {
  Record record;
  record.event("service", {{"state", "stopped"}, {"action", "found"}});
  const auto audit = record.audit();
  CHECK(audit.findings.empty());
  CHECK(audit.unbroken);
  CHECK(audit.exit == Exit::done);
  CHECK_FALSE(audit.notes.empty());
}

TEST_CASE("A folder that is none of ours is refused", "[audit]") {
  Record record;
  CHECK(record.try_audit().error().exit == Exit::precondition);
  fs::create_directories(record.home());
  CHECK(record.try_audit().error().exit == Exit::precondition);
}

}  // namespace requeue::tests
