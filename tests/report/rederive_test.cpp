// Each file that was handed over is derived again from its source, the recorded envelope and the recorded options.
#include "core/digest.h"
#include "report/record.h"

namespace requeue::tests {

namespace {

void add_hard_cases(Record& record) {
  record.add("Queue/dots.EML", mail("one@example.org", "dots") + ".\r\n..two\n.three\r");
  record.add("Queue/bcc.EML",
             "From: a@example.org\r\nTo: b@example.org\r\nBcc: hidden@example.org,\r\n more@example.org"
             "\r\nSubject: bcc\r\n\r\nbody\r\n");
  record.add("Queue/x.EML", "x-sender: a@example.org\r\nx-receiver: b@example.org\r\nX-Receiver: c@example.org\r\n" +
                                mail("all@example.org", "x-headers"));
  record.add("Queue/lf.EML", "From: a@example.org\nTo: b@example.org\n\nno line end at the end");
  record.add("Queue/8bit.EML", mail("one@example.org", "caf\xE9"));
  record.add("Queue/nobody.EML", mail("one@example.org", "from a null sender", "Return-Path: <>\r\n"));
  record.add("Pickup/as-found.txt", "x-sender: a@example.org\r\nx-receiver: b@example.org\r\n" +
                                        mail("b@example.org", "as found") + ".dot\r\n");
  record.evacuate();
}

}  // namespace

TEST_CASE("Whatever the options of a replay were, every handed-over file is derived again to the byte", "[audit]") {
  Record record;
  add_hard_cases(record);
  replay::PlanOptions options;
  options.bounces = replay::Policy::replay;
  SECTION("by default") {}
  SECTION("without dot-stuffing") {
    options.compose.dot_stuff = false;
  }
  SECTION("unchanged, as the article says") {
    options.compose.target = mail::Target::plain;
  }
  SECTION("with an envelope of the person's") {
    replay::Override given;
    given.envelope.sender = "given@example.org";
    given.envelope.sender_known = true;
    given.envelope.recipients = {"new@example.net", "new2@example.net"};
    given.envelope.source = mail::EnvelopeSource::override_;
    options.overrides.emplace("Queue/bcc.EML", given);
    options.overrides.emplace("Pickup/as-found.txt", given);
  }
  record.replay(options);
  const auto audit = record.audit();
  for (const auto& finding : audit.findings) UNSCOPED_INFO(finding);
  CHECK(audit.findings.empty());
  CHECK(audit.balance.replayed == 7);
  CHECK(audit.checked == 7);
  CHECK(audit.different == 0);
  for (const auto& one : record.records()) {
    INFO(one.dump());
    CHECK(sha256_hex(read(record.pickup() / text_of(one, "written_name"))) == text_of(one, "written_sha256"));
  }
}

TEST_CASE("Options that were forged in an intent give other bytes, or cannot be read: both are told", "[audit]") {
  Record record;
  add_hard_cases(record);
  record.replay();
  const auto forged = [&](const Json& value) {
    record.forge([&](Json& line) {
      if (line["event"] == "intent" && line["source"] == "Queue/dots.EML") line["options"]["dot_stuff"] = value;
    });
    return record.audit();
  };
  const auto other = forged(false);
  CHECK(other.different == 1);
  CHECK(finds(other, {"Queue/dots.EML", "is not what its source and the recorded envelope give"}));
  const auto unreadable = forged("perhaps");
  CHECK(unreadable.different == 1);
  CHECK(finds(unreadable, {"Queue/dots.EML"}));
}

TEST_CASE("An intent that names the envelope of another message is noticed", "[audit]") {
  Record record;
  add_hard_cases(record);
  record.replay();
  std::string details;
  record.forge([&](Json& line) {
    if (line["event"] != "intent") return;
    if (line["source"] == "Queue/x.EML") details = text_of(line, "details");
  });
  record.forge([&](Json& line) {
    if (line["event"] == "intent" && line["source"] == "Queue/bcc.EML") line["details"] = details;
  });
  const auto audit = record.audit();
  CHECK(audit.different >= 1);
  CHECK(finds(audit, {"Queue/bcc.EML"}));
}

TEST_CASE("However many files are read at a time, an audit finds the same in the same order", "[audit]") {
  Record record;
  for (int i = 0; i < 60; ++i) {
    record.add("Queue/" + std::to_string(100 + i) + ".EML", mail("one@example.org", "number " + std::to_string(i)));
  }
  record.evacuate();
  record.replay();
  int seen = 0;
  record.forge([&](Json& line) {
    if (text_of(line, "event") != "intent" || ++seen % 3 != 0) return;
    // Found out at once, or only when the file was derived.
    line[seen % 2 == 0 ? "sha256" : "written_sha256"] = sha256_hex("other bytes");
  });
  report::AuditOptions options;
  const auto one = report::audit(record.files(), record.home(), options, record.watcher()).value();
  options.jobs = 8;
  const auto many = report::audit(record.files(), record.home(), options, record.watcher()).value();
  CHECK(one.checked == 60);
  CHECK(one.different == 20);
  CHECK(many.checked == one.checked);
  CHECK(many.different == one.different);
  CHECK(many.findings == one.findings);
  CHECK(many.level == one.level);
}

}  // namespace requeue::tests
