// One procedure, from a full queue to the last delivery, with something that goes wrong on its way; and the checks that
// nothing was lost or doubled.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/smtp_server.h"
#include "support/temporary_folder.h"
#include "torture/queue.h"

namespace torture {

constexpr int finished_exit = 0;
constexpr int attention_exit = 3;
constexpr int refused_exit = 5;
constexpr int doubt_exit = 8;

struct Programs {
  std::string requeue;
  std::string preload;
  fs::path scratch;  // where the trees stand; memory is fastest, since a kill loses nothing that was written
  std::string batch = "4", jobs = "16";  // of a replay
};

// What was wrong, each as a sentence; all empty: the point was survived.
struct Findings {
  std::vector<std::string> lost, doubled, in_doubt, other;
  std::size_t known_doubts = 0;  // files in doubt that may be: the machine was restarted, or a message was on its way
  std::size_t taken_doubts = 0;  // by SMTP: those that the server did take in
  [[nodiscard]] bool any() const { return !lost.empty() || !doubled.empty() || !in_doubt.empty() || !other.empty(); }
};

enum class Phase { evacuate, empty, replay, restore, adopt, smtp };  // smtp: a replay by SMTP
const char* to_string(Phase phase);

class Trial {
 public:
  Trial(const Programs& programs, Phase phase);

  // Everything that comes before the command of the phase, undisturbed.
  void prepare();
  // The command of the phase itself, with the preload told what to do: "TORTURE_KILL_AT=7".
  requeue::tests::Ran disturb(const std::vector<std::string>& environment);
  // The same, killed at a moment of the clock's choosing, not at a call of ours.
  void kill_after(std::chrono::microseconds time);
  // Of a run in which a call failed: how it ended, and whether its words name what failed and are true.
  void judge_words(const requeue::tests::Ran& ran);
  // From here on every run meets a machine that was restarted: another boot_id, bound over the real one. False where
  // this account may not do that.
  static bool can_reboot();
  void reboot();
  // Somebody takes another recovery folder and evacuates the same Mailroot into that, instead of going on.
  void meet_rival();
  // The stand-in takes and delivers what it finds, as a service does between the kill and the next run.
  void serve();
  // The same command again, to its end, then the rest of the procedure, and all the checks.
  Findings finish();

  [[nodiscard]] fs::path folder() const { return folder_.path(); }

 private:
  requeue::tests::Ran requeue(const std::vector<std::string>& arguments, const std::vector<std::string>& more = {});
  void expect_exit(const requeue::tests::Ran& ran, const std::string& what, const std::vector<int>& wanted);
  std::vector<std::string> phase_command() const;
  std::vector<std::string> with_recovery(std::vector<std::string> arguments) const;
  void evacuate();
  requeue::tests::Ran requeue_on(const fs::path& recovery, const std::vector<std::string>& arguments);
  void replay_on(const fs::path& recovery);
  void expect_well_or_doubt(const requeue::tests::Ran& ran, const fs::path& recovery);
  Findings finish_with_rival();
  Findings finish_restore_with_rival();
  void check_snapshot();
  void check_emptied();
  void check_restored();
  void check_deliveries();
  void compare_deliveries(const Deliveries& arrived);
  void check_audit();
  void check_claim(const requeue::tests::Ran& again);
  void read_doubts();
  // By SMTP (smtp_trial.cpp).
  void finish_smtp();
  [[nodiscard]] std::set<std::string> on_their_way() const;
  void resolve_doubts();
  void check_sent();

  Programs programs_;
  Phase phase_;
  requeue::tests::TemporaryFolder folder_;
  fs::path mailroot_, recovery_, backup_, deliver_, state_;
  fs::path rival_;  // another recovery folder that took what it found; empty: none did
  bool met_rival_ = false;
  std::unique_ptr<requeue::tests::SmtpServer> server_;  // runs in this process: no preload, no kill
  std::size_t disturbed_ = 0;                           // runs
  requeue::tests::Ran disturbed_run_;                   // the last one
  std::map<std::string, std::string> before_;           // the Mailroot before it
  fs::path boot_id_;                                    // empty: the machine was not restarted
  std::set<std::string> doubted_;       // sources that the journal calls in doubt, or gone without a removal of ours
  std::set<std::string> doubted_mail_;  // their subjects
  Findings findings_;
};

}  // namespace torture
