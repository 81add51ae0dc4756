// Power cuts, in the model of disk.h: the whole of evacuate and of replay, each cut at each of their calls that change
// or flush something, with what the disk kept drawn by lot; then the machine is started again, the same command goes on
// to the end, the rest of the procedure follows, and nothing may be lost or doubled. Every second draw cuts the power
// again while the recovery is at work.
//
//   power [--share K] [--draws N] [--seed S] [--phase evacuate|replay] [--point N --draw D]
#include <cstdio>
#include <set>

#include "commands/context.h"
#include "power/disk.h"
#include "standin/pickup_format.h"

namespace power {
namespace {

using requeue::Exit;
using requeue::Json;
using Delivery = std::pair<std::string, std::string>;  // subject, recipient

struct Settings {
  std::size_t share = 1, draws = 4;
  unsigned seed = 1;
  std::string phase;
  std::size_t point = 0, draw = 0;
};

struct Findings {
  std::vector<std::string> lost, doubled, other;
  std::size_t in_doubt = 0;
};

class Quiet final : public requeue::commands::Console {
 public:
  void result(std::string_view) override {}
  void say(std::string_view) override {}
};

std::string mail(const std::string& subject, const std::string& to) {
  return "From: a@example.com\r\nTo: " + to + "\r\nSubject: " + subject + "\r\n\r\nText of " + subject + "\r\n";
}

std::string submitted(const std::string& receiver, const std::string& message) {
  return "x-sender: a@example.com\r\nx-receiver: " + receiver + "\r\n" + message;
}

const std::map<std::string, std::string>& queue() {
  static const std::map<std::string, std::string> all{
      {"Queue/1.EML", mail("one", "b@example.org")},
      {"Queue/2.EML", submitted("hidden@example.net", mail("two", "c@example.org"))},
      {"Queue/3.EML", mail("copied", "b@example.org")},
      {"Queue/4.EML", mail("copied", "b@example.org")},
      {"Queue/5.EML", mail("five", "d@example.org")},
      {"Queue/6.EML", "Return-Path: <>\r\n" + mail("bounced", "b@example.org")},
      {"Queue/7.EML", mail("seven", "e@example.org")},
      {"Queue/7.LTR", "Conversation\r\n"},
      {"Queue/8.EML", mail("eight", "f@example.org")},
      {"Pickup/9.txt", submitted("g@example.org", mail("nine", "g@example.org"))},
      {"Badmail/deep/er/note.txt", "kept by somebody\r\n"},
      {"Drop/10.eml", mail("arrived", "here@example.com")}};
  return all;
}

const std::set<Delivery>& owed() {
  static const std::set<Delivery> all{
      {"one", "b@example.org"},   {"two", "hidden@example.net"}, {"copied", "b@example.org"}, {"five", "d@example.org"},
      {"seven", "e@example.org"}, {"eight", "f@example.org"},    {"nine", "g@example.org"}};
  return all;
}

std::string subject_of(const std::string& bytes) {
  const auto at = bytes.find("Subject: ");
  if (at == std::string::npos) return "(none)";
  return bytes.substr(at + 9, bytes.find_first_of("\r\n", at) - at - 9);
}

class Trial {
 public:
  Trial(std::string phase, unsigned seed, unsigned batch)
      : phase_(std::move(phase)), random_(seed), batch_(batch), files_(files_on(disk_)) {
    for (const char* const name : {"Queue", "Pickup", "Drop", "Badmail", "SortTemp", "Route/empty"}) {
      disk_.make_folders("/srv/mailroot/" + std::string(name));
    }
    for (const auto& [source, bytes] : queue()) disk_.put("/srv/mailroot/" + source, bytes);
    disk_.journaled = random_() % 4 != 0;
    disk_.renamed = [this](const std::string& name) {
      if (serving_ && name.starts_with("/srv/mailroot/Pickup/") && random_() % 3 == 0) take(name);
    };
  }

  std::uint64_t count_calls() {
    begin();
    disk_.cut_at(0);
    run_phase();
    return disk_.calls();
  }

  Findings try_at(std::uint64_t point, bool cut_again) {
    begin();
    disk_.cut_at(point);
    run_phase();
    after_the_cut();
    if (cut_again) {
      disk_.cut_at(1 + random_() % 120);
      run_phase();
      after_the_cut();
    }
    finish();
    return findings_;
  }

 private:
  requeue::Result<requeue::commands::Outcome> run(const std::string& verb) {
    requeue::commands::Options options;
    options.command = options.command_line = verb;
    options.recovery = "/srv/recovery";
    options.mailroot = "/srv/mailroot";
    options.service = "none";
    options.pickup = verb == "replay" ? "/srv/mailroot/Pickup" : "";
    options.no_probe = "power";
    options.jobs = 1;  // the model knows of one thread
    options.pace.batch = batch_;
    const auto service = requeue::service::no_service();
    Quiet quiet;
    requeue::commands::Context context{options, *files_, *service, true, quiet, {"test", "test", ""}, {}, {}};
    context.sleep = [](std::chrono::milliseconds) {};
    if (verb == "evacuate") return requeue::commands::evacuate(context);
    if (verb == "replay") return requeue::commands::replay(context);
    return requeue::commands::audit(context);
  }

  Exit exit_of(const std::string& verb, Json* body = nullptr) {
    const auto outcome = run(verb);
    if (!outcome) why_ = requeue::to_text(outcome.error());
    if (outcome && body != nullptr) *body = outcome->body;
    return outcome ? outcome->exit : outcome.error().exit;
  }

  void expect(const std::string& verb, std::initializer_list<Exit> wanted, Json* body = nullptr) {
    why_.clear();
    const auto exit = exit_of(verb, body);
    if (std::find(wanted.begin(), wanted.end(), exit) != wanted.end()) return;
    findings_.other.push_back(verb + " ended with " + std::to_string(static_cast<int>(exit)) + ": " + why_);
  }

  void begin() {
    if (phase_ == "evacuate") return;
    expect("evacuate", {Exit::done});
    disk_.restart_with_nothing_loose();
    serving_ = true;
  }

  void run_phase() { static_cast<void>(exit_of(phase_)); }

  void after_the_cut() {
    disk_.restart(random_);
    // A machine that starts again may start the service with it, and that sends what stands in Queue and Pickup.
    if (random_() % 2 == 0) serve(phase_ == "evacuate");
  }

  void serve(bool queue_too) {
    for (const auto& name : disk_.files_below("/srv/mailroot/Pickup")) take("/srv/mailroot/Pickup/" + name);
    if (!queue_too) return;
    for (const auto& name : disk_.files_below("/srv/mailroot/Queue")) {
      if (name.ends_with(".EML")) take("/srv/mailroot/Queue/" + name);
    }
  }

  void take(const std::string& path) {
    const auto bytes = disk_.find(path)->data;
    disk_.take(path);
    const auto relative = path.substr(std::string("/srv/mailroot/").size());
    if (queue().contains(relative)) {
      sent_by_itself_.insert(relative);
      if (bytes != queue().at(relative)) findings_.lost.push_back("the service met other bytes in " + relative);
    }
    const auto message = standin::read_pickup(bytes);
    for (const auto& recipient : message.envelope.recipients) ++delivered_[{subject_of(message.content), recipient}];
    if (message.envelope.recipients.empty()) findings_.lost.push_back("the service met no mail in " + relative);
  }

  void finish() {
    serving_ = false;
    if (phase_ == "evacuate") {
      const auto exit = exit_of("evacuate");
      const bool complete = exit == Exit::precondition && why_.find("complete evacuation") != std::string::npos;
      if (!complete && exit != Exit::done && exit != Exit::attention) {
        findings_.other.push_back("evacuate again ended with " + std::to_string(static_cast<int>(exit)) + ": " + why_);
        return;
      }
    }
    serving_ = true;
    Json body;
    expect("replay", {Exit::done, Exit::attention, Exit::in_doubt});
    serve(false);
    expect("replay", {Exit::done, Exit::attention, Exit::in_doubt}, &body);
    serve(false);
    expect("audit", {Exit::done, Exit::attention, Exit::in_doubt});
    check_deliveries(body);
    disk_.restart_with_nothing_loose();
    check_bytes();
  }

  void check_deliveries(const Json& body) {
    std::set<std::string> doubted;
    if (const auto list = body.find("in_doubt_messages"); list != body.end()) {
      for (const auto& one : *list) doubted.insert(subject_of(queue().at(one["source"].get<std::string>())));
    }
    findings_.in_doubt = doubted.size();
    for (const auto& what : owed()) {
      if (!delivered_.contains(what) && !doubted.contains(what.first)) {
        findings_.lost.push_back("never delivered: " + what.first + " to " + what.second);
      }
    }
    for (const auto& [what, count] : delivered_) {
      // Two copies stood in the Queue: a service that starts by itself sends both, and that is not ours to hinder.
      const int most = what.first == "copied" && sent_by_itself_.contains("Queue/4.EML") ? 2 : 1;
      if (count > most) findings_.doubled.push_back(std::to_string(count) + " times: " + what.first);
    }
  }

  void check_bytes() {
    for (const auto& [source, bytes] : queue()) {
      if (sent_by_itself_.contains(source)) continue;
      const auto* const kept = disk_.find("/srv/recovery/snapshot/data/mailroot/" + source);
      const auto* const left = disk_.find("/srv/mailroot/" + source);
      const bool stands = (kept != nullptr && kept->data == bytes) || (left != nullptr && left->data == bytes);
      if (!stands) findings_.lost.push_back("neither in the snapshot nor in the Mailroot: " + source);
    }
  }

  std::string phase_;
  std::mt19937 random_;
  const unsigned batch_;
  Disk disk_;
  std::unique_ptr<requeue::files::Files> files_;
  bool serving_ = false;
  std::string why_;
  std::map<Delivery, int> delivered_;
  std::set<std::string> sent_by_itself_;
  Findings findings_;
};

// Three groups of three, all staged with one flush; or groups of one, four of them staged at a time.
constexpr unsigned smallest_batch = 1, larger_batch = 3;

unsigned batch_of(std::size_t draw) {
  return draw % 4 < 2 ? larger_batch : smallest_batch;
}

struct Table {
  std::size_t points = 0, lost = 0, doubled = 0, in_doubt = 0, other = 0;
};

void try_point(Table& table, const Settings& settings, const std::string& phase, std::size_t point, std::size_t draw) {
  const auto seed = settings.seed * 1000003U + static_cast<unsigned>(point * 1009 + draw);
  const auto findings = Trial(phase, seed, batch_of(draw)).try_at(point, draw % 2 == 1);
  ++table.points;
  table.lost += findings.lost.empty() ? 0 : 1;
  table.doubled += findings.doubled.empty() ? 0 : 1;
  table.in_doubt += findings.in_doubt == 0 ? 0 : 1;
  table.other += findings.other.empty() ? 0 : 1;
  for (const auto* const list : {&findings.lost, &findings.doubled, &findings.other}) {
    for (const auto& line : *list) {
      std::printf("%s --point %zu --draw %zu: %s\n", phase.c_str(), point, draw, line.c_str());
    }
  }
}

bool read_arguments(int count, char** words, Settings& settings) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = words[i];
    const std::string value = words[i + 1];
    if (option == "--phase") {
      settings.phase = value;
      continue;
    }
    const auto number = std::stoul(value);
    if (option == "--share") settings.share = number;
    if (option == "--draws") settings.draws = number;
    if (option == "--seed") settings.seed = static_cast<unsigned>(number);
    if (option == "--point") settings.point = number;
    if (option == "--draw") settings.draw = number;
  }
  return count % 2 == 1;
}

}  // namespace
}  // namespace power

int main(int count, char** words) {
  using namespace power;
  Settings settings;
  if (!read_arguments(count, words, settings)) {
    std::fprintf(stderr, "usage: power [--share K] [--draws N] [--seed S] [--phase NAME] [--point N --draw D]\n");
    return 2;
  }
  Table table;
  std::size_t all = 0;
  std::size_t next = settings.seed % settings.share;
  for (const std::string phase : {"evacuate", "replay"}) {
    if (!settings.phase.empty() && settings.phase != phase) continue;
    const auto calls = Trial(phase, settings.seed, smallest_batch).count_calls();
    for (std::size_t point = 1; point <= calls; ++point) {
      for (std::size_t draw = 0; draw < settings.draws; ++draw) {
        const bool named = settings.point == point && settings.draw == draw;
        if (settings.point != 0 ? named : all % settings.share == next) {
          try_point(table, settings, phase, point, draw);
        }
        ++all;
      }
    }
  }
  std::printf("power  seed %u: points %zu of %zu, lost %zu, doubled %zu, in doubt %zu, otherwise wrong %zu\n",
              settings.seed, table.points, all, table.lost, table.doubled, table.in_doubt, table.other);
  return table.lost + table.doubled + table.other == 0 ? 0 : 1;
}
