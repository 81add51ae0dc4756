// A recovery folder with a whole procedure in it: evacuated, replayed, to be reported on, audited, and tampered with.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "core/json.h"
#include "recovery/recovery.h"
#include "replay/plan.h"
#include "replay/replay.h"
#include "report/audit.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

// A message as a device submits it: known recipients in its header block only.
std::string mail(const std::string& to, const std::string& subject, const std::string& more = "");

class Record {
 public:
  Record();

  [[nodiscard]] boost::filesystem::path mailroot() const { return folder_.path() / "Mailroot"; }
  [[nodiscard]] boost::filesystem::path home() const { return folder_.path() / "recovery"; }
  [[nodiscard]] boost::filesystem::path pickup() const { return folder_.path() / "site/Pickup"; }
  [[nodiscard]] boost::filesystem::path stored(const std::string& source) const {
    return home() / "snapshot/data/mailroot" / source;
  }
  // Each a second later than the one before: the order of the calls is the order of arrival.
  void add(const std::string& source, const std::string& bytes);

  void evacuate();
  void replay(const replay::PlanOptions& options = {}, const replay::Pace& pace = {});
  // A run that only writes this line.
  void event(const std::string& name, const Json& fields);

  std::string csv();
  std::string jsonl();
  std::vector<Json> records();  // of jsonl()
  Json record(const std::string& source);
  Result<replay::Counts> try_each(const std::function<Result<void>(const Json&)>& visit);
  report::Audit audit(std::vector<std::string> expect_heads = {});
  Result<report::Audit> try_audit();

  [[nodiscard]] std::vector<std::string> journal() const;  // lines
  [[nodiscard]] std::vector<std::string> details() const;
  void write_journal(const std::vector<std::string>& lines) const;
  void write_details(const std::vector<std::string>& lines) const;
  // Each line of the journal given to `change`, then numbered and chained anew, as somebody would who forges with care.
  void forge(const std::function<void(Json& line)>& change) const;
  void forge_lines(const std::function<void(std::vector<Json>& lines)>& change) const;

  Watcher& watcher() { return watcher_; }
  files::Files& files() { return *files_; }

 private:
  std::unique_ptr<recovery::Recovery> open(const std::string& command, const std::vector<recovery::Fold*>& folds);

  TemporaryFolder folder_;
  std::unique_ptr<files::Files> files_;
  Watcher watcher_;
  int added_ = 0;
};

// A record of five messages: two replayed, a duplicate, one held, one skipped; and a transcript, which is no message.
void five_messages(Record& record);

// Whether one of the findings holds all of `parts`.
bool finds(const report::Audit& audit, const std::vector<std::string>& parts);

}  // namespace requeue::tests
