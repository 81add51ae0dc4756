// A Mailroot made by a test, taken into a snapshot and recorded as emptied, to be planned.
#pragma once

#include <boost/filesystem/operations.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/text.h"
#include "recovery/recovery.h"
#include "replay/facts_cache.h"
#include "replay/plan.h"
#include "snapshot/take.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

inline std::string mail_to(const std::string& to, const std::string& body = "Hello\r\n", const std::string& more = "") {
  return more + "From: a@example.org\r\nTo: " + to + "\r\nSubject: s\r\n\r\n" + body;
}

// The same message as the service wrote it for `receivers`.
inline std::string submitted(const std::vector<std::string>& receivers, const std::string& body = "Hello\r\n",
                             const std::string& more = "") {
  std::string out = "x-sender: a@example.org\r\n";
  for (const auto& receiver : receivers) out += "x-receiver: " + receiver + "\r\n";
  return out + mail_to("all@example.org", body, more);
}

// A stamp as the service writes it; equal numbers, equal FILETIMEs.
inline std::string stamped(int number) {
  const auto low = std::to_string(10000000 + number);
  return "X-OriginalArrivalTime: 24 Nov 2026 02:13:05.0123 (UTC) FILETIME=[" + low + ":01D" + low.substr(3) + "]\r\n";
}

class Planning {
 public:
  explicit Planning(std::unique_ptr<files::Files> files = files::real_files()) : files_(std::move(files)) {
    for (const auto* const folder : {"Queue", "Pickup", "Drop", "Badmail"}) {
      boost::filesystem::create_directories(mailroot() / folder);
    }
  }

  bool keeps_facts = false;  // as the program does; without, each plan reads the messages
  unsigned jobs = 1;

  [[nodiscard]] boost::filesystem::path mailroot() const { return folder_.path() / "mailroot"; }
  [[nodiscard]] boost::filesystem::path snapshot() const { return folder_.path() / "recovery/snapshot/data/mailroot"; }
  [[nodiscard]] boost::filesystem::path facts() const { return folder_.path() / "recovery/cache/facts"; }
  [[nodiscard]] recovery::Recovery& recovery() { return *recovery_; }
  [[nodiscard]] const replay::Ledger& ledger() const { return ledger_; }
  [[nodiscard]] files::Files& files() { return *files_; }

  // Each a second later than the one before, so that the order of the calls is the order of arrival.
  void add(const std::string& source, const std::string& bytes) {
    tests::write(mailroot() / source, bytes);
    boost::filesystem::last_write_time(mailroot() / source, 1790000000 + ++added_);
  }

  void take() {
    recovery::RunFacts facts;
    facts.command = "evacuate";
    facts.version = "test";
    facts.mailroot = mailroot().string();
    auto opened = recovery::open_to_write(*files_, folder_.path() / "recovery", recovery::Missing::make, facts,
                                          watcher_, {&ledger_});
    REQUIRE(opened);
    recovery_ = std::move(*opened);
    const auto tree = files_->open(mailroot()).value();
    const auto learner = replay::make_facts_writer(recovery_->tree(), watcher_);
    snapshot::TakeOptions options;
    options.jobs = jobs;
    if (keeps_facts) options.learner = learner.get();
    REQUIRE(snapshot::take(*recovery_, *tree, {"requeue test", "", "host"}, options, watcher_));
  }
  void empty(const Json& keep = Json::array()) {
    if (!recovery_) take();
    event("emptying", {{"root", ""}, {"keep", keep}, {"empty_mailbox", false}});
    event("emptied", {{"files", added_}, {"kept", 0}, {"newcomers", 0}, {"by_hand", false}});
  }
  void event(std::string_view name, const Json& fields) { REQUIRE(recovery_->record(name, fields)); }

  // As a handoff would have recorded it.
  void replayed(const std::string& source, const std::vector<std::string>& recipients) {
    const auto details = recovery_->record_details({{"envelope_recipients", recipients}}).value();
    REQUIRE(recovery_->flush_details());
    event("intent", {{"source", source}, {"name", "n.eml"}, {"details", details}});
    event("commit", {{"source", source}, {"name", "n.eml"}, {"how", "renamed"}});
  }

  Result<replay::Plan> try_plan(const replay::PlanOptions& options = {}) {
    return replay::make_plan(*recovery_, ledger_, options, watcher_);
  }
  replay::Plan plan(const replay::PlanOptions& options = {}) {
    if (!recovery_) empty();
    auto plan = try_plan(options);
    if (!plan) FAIL(to_text(plan.error()));
    CHECK(plan->counts().balanced());
    return std::move(*plan);
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<files::Files> files_;
  class Ear final : public Watcher {
   public:
    explicit Ear(std::vector<std::string>& heard) : heard_(heard) {}
    void say(std::string_view line) override { heard_.emplace_back(line); }

   private:
    std::vector<std::string>& heard_;
  };

 public:
  std::vector<std::string> heard;

 private:
  Ear watcher_{heard};
  replay::Ledger ledger_;
  std::unique_ptr<recovery::Recovery> recovery_;
  int added_ = 0;
};

inline const replay::Message& message_in(const replay::Plan& plan, const std::string& source) {
  for (const auto& message : plan.messages) {
    if (message.source == source) return message;
  }
  FAIL("not in the plan: " << source);
  return plan.messages.front();
}

// "held bounce": disposition and rule in one, for tables.
inline std::string decision(const replay::Plan& plan, const std::string& source) {
  const auto& message = message_in(plan, source);
  return std::string(to_string(message.disposition)) + ' ' + std::string(message.rule);
}

inline bool noted(const replay::Plan& plan, const std::string& source, std::string_view note) {
  const auto& notes = message_in(plan, source).rare->notes;
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

}  // namespace requeue::tests
