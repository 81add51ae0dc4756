// A replay by SMTP that was disturbed: what the server truly took in is known, so that each doubt can be settled by the
// truth, and each recipient must then have each message exactly once.
#include <algorithm>
#include <sstream>

#include <boost/filesystem.hpp>

#include "core/json.h"
#include "core/text.h"
#include "torture/trial.h"

namespace torture {
namespace {

using requeue::tests::Taken;

// The two messages with one text differ in their recipients.
bool is_of(const Taken& letter, const std::string& source, const std::string& subject) {
  const bool same_text = letter.data.find("Subject: " + subject + "\r\n") != std::string::npos;
  const bool has_f =
      std::find(letter.recipients.begin(), letter.recipients.end(), "f@example.org") != letter.recipients.end();
  return same_text && has_f == (source == "Queue/NTFS_06.EML");
}

// As it must arrive: without the lines for Pickup, with CRLF.
std::string body_of(const std::string& bytes) {
  std::istringstream lines(bytes);
  std::string out;
  bool leading = true;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    leading = leading && line.starts_with("x-");
    if (!leading) out += line + "\r\n";
  }
  return out;
}

}  // namespace

// What may be in doubt: whose intent the journal has, and not how it ended. Only whole lines were written.
std::set<std::string> Trial::on_their_way() const {
  std::set<std::string> open;
  std::istringstream lines(requeue::tests::read(recovery_ / "journal.jsonl"));
  for (std::string line; std::getline(lines, line) && !lines.eof();) {
    const auto event = requeue::parse_object(line);
    if (!event || !event->contains("source")) continue;
    const auto what = (*event)["event"].get<std::string>();
    const auto source = (*event)["source"].get<std::string>();
    if (what == "intent" || what == "in_doubt") open.insert(source);
    if (what == "commit" || what == "abort") open.erase(source);
  }
  return open;
}

void Trial::finish_smtp() {
  const auto before = on_their_way();
  const auto again = requeue(phase_command());
  check_claim(again);
  doubted_ = on_their_way();
  // Neither more, which would be needless, nor fewer: one that was on its way is never offered again by itself.
  if (doubted_ != before) {
    findings_.other.push_back("in doubt are " + std::to_string(doubted_.size()) + " messages, on their way were " +
                              std::to_string(before.size()));
  }
  // One connection, one message at a time.
  if (before.size() > disturbed_) {
    findings_.in_doubt.push_back(std::to_string(before.size()) + " messages on their way in " +
                                 std::to_string(disturbed_) + " runs");
  }
  if (!before.empty() && again.exit != 8)
    findings_.other.push_back("a message on its way, and exit " + std::to_string(again.exit));
  if (before.empty()) expect_exit(again, "replay by SMTP again", {finished_exit, attention_exit});
  resolve_doubts();
  expect_exit(requeue(phase_command()), "replay by SMTP once more", {finished_exit, attention_exit});
  check_sent();
}

// By what the server has taken in, as a person would after a look into its log.
void Trial::resolve_doubts() {
  const auto taken = server_->taken();
  for (const auto& source : doubted_) {
    const auto subject = subject_of(requeue::tests::read(recovery_ / "snapshot/data/mailroot" / source));
    const bool sent =
        std::any_of(taken.begin(), taken.end(), [&](const Taken& letter) { return is_of(letter, source, subject); });
    const auto said = requeue({"replay", "--resolve", sent ? "sent" : "not-sent", source});
    const bool others_left = said.exit == 8 && source != *doubted_.rbegin();
    if (said.exit != finished_exit && said.exit != attention_exit && !others_left)
      findings_.other.push_back("resolve " + source + " ended with " + std::to_string(said.exit));
    if (sent) ++findings_.taken_doubts;
  }
  findings_.known_doubts = doubted_.size();
}

void Trial::check_sent() {
  std::map<std::string, std::string> due;
  for (const auto& [name, bytes] : contents(backup_)) due[subject_of(bytes)] = body_of(bytes);
  Deliveries arrived;
  for (const auto& letter : server_->taken()) {
    const auto subject = subject_of(letter.data);
    if (letter.data != due[subject]) findings_.other.push_back("other bytes were sent: " + subject);
    for (const auto& recipient : letter.recipients) ++arrived[{subject, requeue::ascii_lower(recipient)}];
  }
  compare_deliveries(arrived);
}

}  // namespace torture
