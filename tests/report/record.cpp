#include "report/record.h"

#include <algorithm>
#include <sstream>

#include "core/digest.h"
#include "journal/journal.h"
#include "report/manifest.h"
#include "snapshot/empty.h"
#include "snapshot/take.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

template <class T>
T required(Result<T> result) {
  if (!result) FAIL(to_text(result.error()));
  return std::move(*result);
}

fs::path memory() {
  const fs::path memory("/dev/shm");
  return fs::is_directory(memory) ? memory : fs::temp_directory_path();
}

}  // namespace

std::string mail(const std::string& to, const std::string& subject, const std::string& more) {
  return more + "From: Printer <printer@example.org>\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" +
         sha256_hex(subject).substr(0, 8) + "@example.org>\r\nDate: Tue, 24 Nov 2026 02:13:05 +0000\r\n\r\n" + subject +
         "\r\n";
}

Record::Record() : folder_(memory()), files_(files::real_files()) {
  for (const auto* const name : {"Badmail", "Drop", "Pickup", "Queue"}) fs::create_directories(mailroot() / name);
  fs::create_directories(pickup());
}

void Record::add(const std::string& source, const std::string& bytes) {
  write(mailroot() / source, bytes);
  fs::last_write_time(mailroot() / source, 1790000000 + ++added_);
}

std::unique_ptr<recovery::Recovery> Record::open(const std::string& command,
                                                 const std::vector<recovery::Fold*>& folds) {
  recovery::RunFacts facts;
  facts.command = command;
  facts.version = "test";
  facts.mailroot = files::to_text(files_->resolve(mailroot()).value());
  return required(recovery::open_to_write(*files_, home(), recovery::Missing::make, facts, watcher_, folds));
}

void Record::evacuate() {
  auto recovery = open("evacuate", {});
  const auto tree = files_->open(mailroot()).value();
  required(snapshot::take(*recovery, *tree, {"requeue test", "", "host"}, {}, watcher_));
  REQUIRE(required(snapshot::verify(*recovery, watcher_)).verified.ok);
  required(snapshot::empty(*recovery, *tree, {}, watcher_));
  REQUIRE(recovery->end(Exit::done, Json::object()));
}

void Record::replay(const replay::PlanOptions& options, const replay::Pace& pace) {
  replay::Ledger ledger;
  auto recovery = open("replay", {&ledger});
  auto plan = required(replay::make_plan(*recovery, ledger, options, watcher_));
  auto place = required(replay::open_place(*files_, pickup(), recovery->state().id));
  required(replay::carry_out(*recovery, ledger, plan, options, pace, std::move(place), watcher_, [](auto) {}));
  REQUIRE(recovery->end(Exit::done, Json::object()));
}

void Record::event(const std::string& name, const Json& fields) {
  auto recovery = open("test", {});
  REQUIRE(recovery->record(name, fields));
  REQUIRE(recovery->end(Exit::done, Json::object()));
}

std::string Record::csv() {
  auto text = report::csv_head();
  const auto counts = try_each([&](const Json& record) -> Result<void> {
    text += report::csv_row(record);
    return {};
  });
  if (!counts) FAIL(to_text(counts.error()));
  return text;
}

std::string Record::jsonl() {
  std::string text;
  const auto counts = try_each([&](const Json& record) -> Result<void> {
    text += report::jsonl_row(record);
    return {};
  });
  if (!counts) FAIL(to_text(counts.error()));
  return text;
}

std::vector<Json> Record::records() {
  std::vector<Json> records;
  for (const auto& line : lines_of(jsonl())) {
    const auto record = parse_object(line);
    REQUIRE(record);
    records.push_back(*record);
  }
  return records;
}

Json Record::record(const std::string& source) {
  for (const auto& record : records()) {
    if (text_of(record, "source") == source) return record;
  }
  FAIL("no record of " << source);
  return {};
}

Result<replay::Counts> Record::try_each(const std::function<Result<void>(const Json&)>& visit) {
  report::Told told;
  REQUEUE_TRY(const auto recovery, recovery::open_to_read(*files_, home(), {&told}));
  REQUEUE_TRY(auto manifest, report::Manifest::open(*recovery, told, watcher_));
  return manifest.each(visit);
}

Result<report::Audit> Record::try_audit() {
  return report::audit(*files_, home(), {}, watcher_);
}

report::Audit Record::audit(std::vector<std::string> expect_heads) {
  return required(report::audit(*files_, home(), {std::move(expect_heads), false, {}}, watcher_));
}

std::vector<std::string> Record::journal() const {
  return lines_of(read(home() / "journal.jsonl"));
}
std::vector<std::string> Record::details() const {
  return lines_of(read(home() / "messages.jsonl"));
}
void Record::write_journal(const std::vector<std::string>& lines) const {
  write(home() / "journal.jsonl", joined(lines));
}
void Record::write_details(const std::vector<std::string>& lines) const {
  write(home() / "messages.jsonl", joined(lines));
}

void Record::forge(const std::function<void(Json& line)>& change) const {
  forge_lines([&](std::vector<Json>& lines) {
    for (auto& line : lines) change(line);
  });
}

void Record::forge_lines(const std::function<void(std::vector<Json>& lines)>& change) const {
  std::vector<Json> lines;
  for (const auto& line : journal()) lines.push_back(parse_object(line).value());
  change(lines);
  std::vector<std::string> forged;
  std::string before(journal::no_hash);
  for (auto& line : lines) {
    line["seq"] = forged.size() + 1;
    line.erase("prev");
    line["prev"] = before;
    forged.push_back(to_line(line));
    before = sha256_hex(forged.back());
  }
  write_journal(forged);
}

void five_messages(Record& record) {
  record.add("Queue/a.EML", mail("one@example.org", "first"));
  record.add("Queue/b.EML", mail("two@example.net, Three <three@example.net>", "second"));
  record.add("Queue/c.EML", mail("one@example.org", "first"));
  record.add("Queue/d.EML", "From: a@example.org\r\nSubject: for nobody\r\n\r\n");
  record.add("Queue/e.EML", mail("one@example.org", "bounced", "Return-Path: <>\r\n"));
  record.add("Queue/e.LTR", "a transcript");
  record.evacuate();
  replay::PlanOptions options;
  options.bounces = replay::Policy::skip;
  record.replay(options);
}

bool finds(const report::Audit& audit, const std::vector<std::string>& parts) {
  return std::any_of(audit.findings.begin(), audit.findings.end(), [&](const std::string& finding) {
    return std::all_of(parts.begin(), parts.end(),
                       [&](const std::string& part) { return finding.find(part) != std::string::npos; });
  });
}

}  // namespace requeue::tests
