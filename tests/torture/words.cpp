// Whether what a run said is true: an administrator acts on the words, not on the disk.
#include <boost/filesystem.hpp>

#include "core/json.h"
#include "torture/trial.h"

namespace torture {
namespace {

using requeue::Json;
using requeue::tests::Ran;

// What "Nothing was ..." may not be said of.
bool gone_or_changed(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& now) {
  for (const auto& [name, bytes] : before) {
    const auto found = now.find(name);
    if (found == now.end() || found->second != bytes) return true;
  }
  return false;
}

bool has_mail_in_pickup(const std::string& name) {
  return name.starts_with("Pickup/");
}

std::size_t in_pickup(const std::map<std::string, std::string>& tree) {
  std::size_t count = 0;
  for (const auto& [name, bytes] : tree) count += has_mail_in_pickup(name) ? 1 : 0;
  return count;
}

std::int64_t count_of(const Json& body, const char* name) {
  return body.contains(name) && body[name].is_number_integer() ? body[name].get<std::int64_t>() : 0;
}

}  // namespace

void Trial::judge_words(const Ran& ran) {
  auto& wrong = findings_.other;
  if (ran.signal != 0) {
    wrong.push_back("crashed with signal " + std::to_string(ran.signal));
    return;
  }
  if (ran.exit == finished_exit || ran.exit == attention_exit) return;
  // A usage error, a stale plan and an interruption are nothing that a disk can cause.
  for (const int never : {2, 6, 7, 130}) {
    if (ran.exit == never) wrong.push_back("exit " + std::to_string(ran.exit) + ": " + ran.err);
  }
  if (ran.exit < 0 || ran.exit > 8) wrong.push_back("exit " + std::to_string(ran.exit));
  if (ran.err.empty()) wrong.emplace_back("failed without a word");
  const auto body = requeue::parse_object(ran.out);
  if (!body) {
    wrong.push_back("no JSON object at its end: " + ran.err);
    return;
  }
  if (body->contains("error")) {
    for (const char* const word : {"what", "path", "why", "hint"}) {
      if ((*body)["error"][word].get<std::string>().empty())
        wrong.push_back(std::string("no ") + word + ": " + ran.err);
    }
  }
  const auto now = contents(mailroot_);
  if (ran.err.find("othing was touched") != std::string::npos && now != before_)
    wrong.push_back("something was touched: " + ran.err);
  if (ran.err.find("othing was removed") != std::string::npos && gone_or_changed(before_, now))
    wrong.push_back("something was removed: " + ran.err);
  if (ran.err.find("othing was sent") != std::string::npos && in_pickup(now) > in_pickup(before_))
    wrong.push_back("something was sent: " + ran.err);
}

// A run that says it is done has left nothing to do: the same command finds it complete.
void Trial::check_claim(const Ran& again) {
  if (disturbed_run_.exit != finished_exit && disturbed_run_.exit != attention_exit) return;
  const auto said = requeue::parse_object(disturbed_run_.out);
  const auto body = requeue::parse_object(again.out);
  if (!said || !body) return;  // told elsewhere
  const auto claim = "the disturbed run ended with " + std::to_string(disturbed_run_.exit) + ", and the same command ";
  const bool ends_for_good = phase_ == Phase::evacuate || phase_ == Phase::empty || phase_ == Phase::adopt;
  if (ends_for_good && again.exit != 5) findings_.other.push_back(claim + "found it unfinished: " + disturbed_run_.err);
  if (count_of(*said, "pending") + count_of(*said, "failed") + count_of(*said, "left_out") != 0) return;
  const bool more =
      (body->contains("now") && count_of((*body)["now"], "replayed") != 0) || count_of(*body, "restored") != 0;
  if (more) findings_.other.push_back(claim + "found more to do: " + disturbed_run_.err);
}

}  // namespace torture
