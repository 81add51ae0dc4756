// Names that only some systems have, in what an audit says.
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

}  // namespace requeue::tests
