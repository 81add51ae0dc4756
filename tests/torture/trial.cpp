#include "torture/trial.h"

#include <algorithm>
#include <sstream>
#include <thread>

#include <boost/filesystem.hpp>

#include "core/json.h"
#include "standin/standin_core.h"

namespace torture {
namespace {

using requeue::Json;
using requeue::tests::Ran;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

requeue::tests::Command on_another_boot(const fs::path& boot_id, const std::string& program,
                                        const std::vector<std::string>& arguments) {
  std::vector<std::string> all{
      "-m",   "sh", "-c", "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"", boot_id.string(),
      program};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return {"unshare", all, {}};
}

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::evacuate:
      return "evacuate";
    case Phase::empty:
      return "empty";
    case Phase::replay:
      return "replay";
    case Phase::restore:
      return "restore";
    case Phase::adopt:
      return "adopt";
    case Phase::smtp:
      return "smtp";
  }
  return "";
}

Trial::Trial(const Programs& programs, Phase phase)
    : programs_(programs),
      phase_(phase),
      folder_(programs.scratch),
      mailroot_(folder_.path() / "mailroot"),
      recovery_(folder_.path() / "recovery"),
      backup_(folder_.path() / "backup"),
      deliver_(folder_.path() / "delivered"),
      state_(folder_.path() / "state") {
  make_queue(mailroot_);
  make_queue(backup_);
  fs::create_directories(deliver_);
  if (phase == Phase::smtp) server_ = std::make_unique<requeue::tests::SmtpServer>();
}

Ran Trial::requeue_on(const fs::path& recovery, const std::vector<std::string>& arguments) {
  auto all = arguments;
  all.insert(all.end(), {"--recovery", recovery.string(), "--json"});
  return requeue::tests::run({programs_.requeue, all, {}});
}

std::vector<std::string> Trial::with_recovery(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--recovery", recovery_.string(), "--json"});
  return arguments;
}

Ran Trial::requeue(const std::vector<std::string>& arguments, const std::vector<std::string>& more) {
  if (!boot_id_.empty())
    return requeue::tests::run(on_another_boot(boot_id_, programs_.requeue, with_recovery(arguments)));
  return requeue::tests::run({programs_.requeue, with_recovery(arguments), more});
}

void Trial::expect_exit(const Ran& ran, const std::string& what, const std::vector<int>& wanted) {
  if (std::find(wanted.begin(), wanted.end(), ran.exit) != wanted.end()) return;
  if (ran.exit == 8 && !boot_id_.empty()) return;  // what a restart hides is in doubt, and said to be
  auto& list = ran.exit == 8 ? findings_.in_doubt : findings_.other;
  list.push_back(what + " ended with " + std::to_string(ran.exit) + " (signal " + std::to_string(ran.signal) +
                 "): " + first_line(ran.err));
}

std::vector<std::string> Trial::phase_command() const {
  switch (phase_) {
    case Phase::evacuate:
      return {"evacuate", "--service", "none", "--mailroot", mailroot_.string()};
    case Phase::empty:
      return {"empty", "--service", "none", "--mailroot", mailroot_.string()};
    case Phase::replay:
      return {"replay",       "--no-probe",    "torture",
              "--batch",      programs_.batch, "--jobs",
              programs_.jobs, "--pickup",      (mailroot_ / "Pickup").string()};
    case Phase::restore:
      return {"restore", "--service", "none", "--mailroot", mailroot_.string()};
    case Phase::adopt:
      return {"adopt", "--backup", backup_.string(), "--pickup", (mailroot_ / "Pickup").string()};
    case Phase::smtp:
      return {"replay", "--no-probe", "torture", "--smtp", server_->address()};
  }
  return {};
}

void Trial::evacuate() {
  expect_exit(requeue({"evacuate", "--service", "none", "--mailroot", mailroot_.string()}), "evacuate",
              {finished_exit});
}

void Trial::prepare() {
  switch (phase_) {
    case Phase::evacuate:
      break;
    case Phase::empty:
      expect_exit(requeue({"snapshot", "--service", "none", "--mailroot", mailroot_.string()}), "snapshot",
                  {finished_exit});
      expect_exit(requeue({"verify"}), "verify", {finished_exit});
      break;
    case Phase::replay:
    case Phase::restore:
    case Phase::smtp:
      evacuate();
      break;
    case Phase::adopt:
      // What the person did by hand: the backup stands, and the subfolders were emptied.
      for (const char* const name : {"Queue", "Pickup", "Drop", "Badmail"}) {
        fs::remove_all(mailroot_ / name);
        fs::create_directories(mailroot_ / name);
      }
      break;
  }
}

Ran Trial::disturb(const std::vector<std::string>& environment) {
  ++disturbed_;
  auto more = environment;
  more.push_back("LD_PRELOAD=" + programs_.preload);
  before_ = contents(mailroot_);
  disturbed_run_ = requeue(phase_command(), more);
  return disturbed_run_;
}

void Trial::kill_after(std::chrono::microseconds time) {
  ++disturbed_;
  requeue::tests::Running process({programs_.requeue, with_recovery(phase_command()), {}});
  std::this_thread::sleep_for(time);
  process.kill();
}

bool Trial::can_reboot() {
  const requeue::tests::TemporaryFolder folder;
  const auto file = folder.path() / "boot_id";
  requeue::tests::write(file, "another\n");
  const auto ran = requeue::tests::run(on_another_boot(file, "cat", {"/proc/sys/kernel/random/boot_id"}));
  return ran.exit == 0 && ran.out == "another\n";
}

void Trial::reboot() {
  boot_id_ = folder_.path() / "boot_id";
  requeue::tests::write(boot_id_, "00000000-0000-4000-8000-000000000002\n");
}

void Trial::serve() {
  standin::Settings settings;
  settings.mailroot = mailroot_;
  settings.deliver = deliver_;
  settings.state = state_;
  standin::Standin service(settings);
  if (const auto wrong = service.prepare(); !wrong.empty()) findings_.other.push_back("stand-in: " + wrong);
  service.recover();
  for (int passes = 0; passes < 50 && service.pass().moved != 0; ++passes) {
  }
  for (const auto& complaint : service.take_complaints()) findings_.other.push_back("stand-in: " + complaint);
}

// Refused it is where the killed run may have removed anything; else it takes all that there is.
void Trial::meet_rival() {
  met_rival_ = true;
  const auto rival = folder_.path() / "rival";
  const auto ran = requeue_on(rival, {"evacuate", "--service", "none", "--mailroot", mailroot_.string()});
  expect_exit(ran, "evacuate into another recovery folder", {finished_exit, attention_exit, refused_exit});
  if (ran.exit == finished_exit || ran.exit == attention_exit) rival_ = rival;
}

void Trial::replay_on(const fs::path& recovery) {
  const std::vector<std::string> command{"replay", "--no-probe", "torture", "--pickup",
                                         (mailroot_ / "Pickup").string()};
  expect_well_or_doubt(requeue_on(recovery, command), recovery);
  serve();
}

// What the other one took before the first had removed anything is gone, to the first: in doubt, and so it says.
void Trial::expect_well_or_doubt(const Ran& ran, const fs::path& recovery) {
  if (ran.exit == doubt_exit && recovery == recovery_ && !rival_.empty()) {
    findings_.known_doubts = 1;
    return;
  }
  expect_exit(ran, recovery.filename().string(), {finished_exit, attention_exit});
}

// The first recovery folder is finished as well, whatever the other one took in between; then both are replayed.
Findings Trial::finish_with_rival() {
  const auto again = requeue(phase_command());
  expect_exit(again, std::string(to_string(phase_)) + " again", {finished_exit, attention_exit, refused_exit});
  check_snapshot();
  check_emptied();
  replay_on(recovery_);
  if (!rival_.empty()) replay_on(rival_);
  replay_on(recovery_);
  check_deliveries();
  expect_well_or_doubt(requeue_on(recovery_, {"audit"}), recovery_);
  return findings_;
}

// Each file stands in the Mailroot again, or the other one took it, or it is in doubt: never two of the first two.
Findings Trial::finish_restore_with_rival() {
  if (!rival_.empty()) replay_on(rival_);
  const auto again = requeue(phase_command());
  expect_exit(again, "restore again", {finished_exit, attention_exit});
  read_doubts();
  const auto standing = contents(mailroot_);
  const auto taken = rival_.empty() ? decltype(contents(mailroot_))() : contents(rival_ / "snapshot/data/mailroot");
  for (const auto& [name, bytes] : contents(backup_)) {
    if (bytes == "(folder)") continue;
    const bool stands = standing.contains(name), other = taken.contains(name);
    if (stands && other) findings_.doubled.push_back("put back, and taken by the other one: " + name);
    if (!stands && !other && !doubted_.contains(name)) findings_.lost.push_back("neither back nor taken: " + name);
  }
  const auto replayed = requeue({"replay", "--no-probe", "torture", "--pickup", (mailroot_ / "Pickup").string()});
  expect_well_or_doubt(replayed, recovery_);
  const auto body = requeue::parse_object(replayed.out);
  if (!body || (*body)["now"]["replayed"] != 0) findings_.doubled.push_back("a restored message was replayed too");
  expect_well_or_doubt(requeue_on(recovery_, {"audit"}), recovery_);
  return findings_;
}

Findings Trial::finish() {
  if (met_rival_) return phase_ == Phase::restore ? finish_restore_with_rival() : finish_with_rival();
  if (phase_ == Phase::smtp) {
    finish_smtp();
    check_snapshot();
    check_audit();
    return findings_;
  }
  const auto command = phase_command();
  auto again = requeue(command);
  // It may have been killed after its last word: then it is complete, and says so.
  const bool complete =
      again.exit == 5 && (phase_ == Phase::evacuate || phase_ == Phase::empty || phase_ == Phase::adopt);
  if (!complete) expect_exit(again, std::string(to_string(phase_)) + " again", {finished_exit, attention_exit});
  check_claim(again);
  check_snapshot();
  if (phase_ == Phase::restore) {
    read_doubts();
    check_restored();
    const auto replayed = requeue({"replay", "--no-probe", "torture", "--pickup", (mailroot_ / "Pickup").string()});
    expect_exit(replayed, "replay after the restore", {finished_exit, attention_exit});
    const auto body = requeue::parse_object(replayed.out);
    if (!body || (*body)["now"]["replayed"] != 0) findings_.doubled.push_back("a restored message was replayed too");
    serve();  // the service sends its own queue now; what it can read of it by headers is not ours to check
  } else {
    check_emptied();
    expect_exit(requeue({"replay", "--no-probe", "torture", "--pickup", (mailroot_ / "Pickup").string()}), "replay",
                {finished_exit, attention_exit});
    serve();
    expect_exit(requeue({"replay", "--no-probe", "torture", "--pickup", (mailroot_ / "Pickup").string()}),
                "replay once more", {finished_exit, attention_exit});
    serve();
    read_doubts();
    check_deliveries();
  }
  check_audit();
  return findings_;
}

void Trial::check_snapshot() {
  auto kept = contents(recovery_ / "snapshot/data/mailroot");
  if (!rival_.empty()) kept.merge(contents(rival_ / "snapshot/data/mailroot"));
  for (const auto& [name, bytes] : contents(backup_)) {
    const auto found = kept.find(name);
    if (found == kept.end()) findings_.lost.push_back("not in the snapshot: " + name);
    if (found != kept.end() && found->second != bytes) findings_.lost.push_back("other bytes in the snapshot: " + name);
  }
}

void Trial::check_emptied() {
  for (const auto& [name, bytes] : contents(mailroot_)) {
    if (bytes != "(folder)" && name.find("NTFS_0") != std::string::npos && name.size() == 17)
      findings_.doubled.push_back("still in the Mailroot: " + name);
  }
}

void Trial::check_restored() {
  const auto standing = contents(mailroot_);
  for (const auto& [name, bytes] : contents(backup_)) {
    const auto found = standing.find(name);
    if (found == standing.end() && !doubted_.contains(name)) findings_.lost.push_back("not restored: " + name);
    if (found != standing.end() && found->second != bytes)
      findings_.lost.push_back("restored with other bytes: " + name);
  }
}

void Trial::check_deliveries() {
  compare_deliveries(delivered(deliver_));
}

void Trial::compare_deliveries(const Deliveries& arrived) {
  for (const auto& [what, count] : owed()) {
    if (!arrived.contains(what) && !doubted_mail_.contains(what.first))
      findings_.lost.push_back("never delivered: " + what.first + " to " + what.second);
  }
  for (const auto& [what, count] : arrived) {
    const auto due = owed().find(what);
    if (due == owed().end()) findings_.other.push_back("nobody was owed: " + what.first + " to " + what.second);
    if (due != owed().end() && count > due->second)
      findings_.doubled.push_back("delivered " + std::to_string(count) + " times: " + what.first + " to " +
                                  what.second);
  }
}

// Only of a machine that was restarted, or where another recovery folder was at work: a kill alone leaves nothing in
// doubt.
void Trial::read_doubts() {
  if (boot_id_.empty() && !met_rival_) return;
  std::istringstream lines(requeue::tests::read(recovery_ / "journal.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto event = requeue::parse_object(line);
    if (!event) continue;
    const auto what = (*event)["event"].get<std::string>();
    if (what == "in_doubt" || what == "gone") doubted_.insert((*event)["source"].get<std::string>());
    if (what != "restored" || !event->contains("in_doubt")) continue;
    for (const auto& source : (*event)["in_doubt"]) doubted_.insert(source.get<std::string>());
  }
  for (const auto& source : doubted_) {
    doubted_mail_.insert(subject_of(requeue::tests::read(recovery_ / "snapshot/data/mailroot" / source)));
  }
  findings_.known_doubts = doubted_.size();
}

void Trial::check_audit() {
  const auto audited = requeue({"audit"});
  expect_exit(audited, "audit", {finished_exit, attention_exit});
  const auto body = requeue::parse_object(audited.out);
  if (!body || (*body)["chain"]["unbroken"] != true || (*body)["bag"]["valid"] != true)
    findings_.other.push_back("audit: chain or bag is not whole");
}

}  // namespace torture
