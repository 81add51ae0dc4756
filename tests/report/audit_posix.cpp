// Names that only some systems have, in what an audit and a manifest say.
#include "core/text.h"
#include "report/record.h"

namespace requeue::tests {

TEST_CASE("What is found is safe to show, whatever the names hold", "[audit]") {
  Record record;
  record.add("Queue/a\x1b[31m.EML", mail("one@example.org", "first"));
  record.evacuate();
  const auto manifest = read(record.home() / "snapshot/manifest-sha256.txt");
  const auto stored = manifest.substr(66, manifest.size() - 67);
  write(record.home() / "snapshot" / stored, "other");
  write(record.stored("Queue/new\x1b.EML"), "new");
  const auto audit = record.audit();
  CHECK(audit.findings.size() == 2);
  for (const auto& finding : audit.findings) CHECK(finding.find('\x1b') == std::string::npos);
}

TEST_CASE("A source that is not UTF-8 stands in the manifest as \\xNN and \\\\, from which its bytes can be had back",
          "[report]") {
  Record record;
  const std::string source = "Queue/caf\xE9 \\ =x.EML";
  record.add(source, mail("one@example.org", "first"));
  record.add("Queue/z.EML", mail("one@example.org", "first"));
  record.evacuate();
  record.replay();
  const std::string written = "Queue/caf\\xe9 \\\\ =x.EML";
  CHECK(text_of(record.record(written), "disposition") == "replayed");
  CHECK(text_of(record.record("Queue/z.EML"), "duplicate_of") == written);
  CHECK(unescape_bytes(written) == source);
  CHECK(is_utf8(record.csv()));
  CHECK(record.csv().find(written) != std::string::npos);
  CHECK(record.audit().findings.empty());
}

}  // namespace requeue::tests
