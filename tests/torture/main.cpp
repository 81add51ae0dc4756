// Kills requeue at every file-system call and whenever it sends or receives, or makes the call fail, and checks that
// nothing is lost or doubled.
//
//   torture kill [options]      each call of each phase in turn, and half-way through each write
//   torture reboot [options]    the same, and the machine restarted before the next run: another boot_id
//   torture rival [options]     evacuate, empty and restore killed at each call, then another recovery folder for that
//                               Mailroot
//   torture twice [options]     killed at n, then at m during the run after it: a seeded sample of --pairs
//   torture random [options]    evacuate and both replays killed --pairs times each at a moment of the clock's choosing
//   torture fail [options]      each call fails, once and for ever, with each error
//
//   --requeue FILE --preload FILE --scratch DIR    --share K (every K-th point)  --pairs N  --seed S  --jobs N
//   --replay-batch N  --replay-jobs N: those options of the replays
//   --phase NAME (repeatable)   --verbose
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <random>
#include <thread>

#include <boost/filesystem.hpp>

#include "core/json.h"
#include "torture/trial.h"

namespace torture {
namespace {

struct Settings {
  Programs programs;
  std::string mode;
  std::size_t share = 1, pairs = 300;
  unsigned seed = 1;
  unsigned jobs = 2;
  std::vector<std::string> phases;
  bool verbose = false;
};

struct Point {
  Phase phase = Phase::evacuate;
  std::vector<std::string> first;   // environment of the disturbed run
  std::vector<std::string> second;  // of the one after it; empty: undisturbed
  bool serve_between = false;
  bool kills = true;
  std::chrono::microseconds after{0};  // killed so late; 0: at a call
  bool reboots = false;                // the machine is restarted before the next run
  bool meets_rival = false;            // another recovery folder is taken in between
};

struct Table {
  std::size_t points = 0, lost = 0, doubled = 0, in_doubt = 0, other = 0;
  std::size_t known_doubts = 0;  // of points after which something was in doubt, as it must be
  std::size_t taken_doubts = 0;  // by SMTP: of these, where the server had taken it in
};

std::string text_of_point(const Point& point) {
  std::string text = to_string(point.phase);
  for (const auto& each : point.first) text += " " + each;
  for (const auto& each : point.second) text += " then " + each;
  if (point.after.count() != 0) text += " after " + std::to_string(point.after.count()) + " us";
  return text + (point.serve_between ? " served between" : "");
}

// How many calls the phase makes when nothing disturbs it, and which are writes.
std::string calls_of(const Settings& settings, Phase phase, bool all) {
  Trial trial(settings.programs, phase);
  trial.prepare();
  const auto file = trial.folder() / "calls";
  std::vector<std::string> environment{"TORTURE_COUNT=" + file.string()};
  if (all) environment.emplace_back("TORTURE_CALLS=all");
  trial.disturb(environment);
  return requeue::tests::read(file);
}

std::vector<Phase> phases_of(const Settings& settings) {
  std::vector<Phase> phases;
  for (const auto phase : {Phase::evacuate, Phase::empty, Phase::replay, Phase::restore, Phase::adopt, Phase::smtp}) {
    const auto& wanted = settings.phases;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), to_string(phase)) != wanted.end())
      phases.push_back(phase);
  }
  return phases;
}

std::vector<Point> kill_points(const Settings& settings) {
  std::vector<Point> points;
  for (const auto phase : phases_of(settings)) {
    const auto calls = calls_of(settings, phase, false);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto at = "TORTURE_KILL_AT=" + std::to_string(i + 1);
      points.push_back({phase, {at}, {}, i % 2 == 0, true, {}, false, false});
      if (calls[i] == 'w') points.push_back({phase, {at, "TORTURE_HALF=1"}, {}, i % 2 == 1, true, {}, false, false});
    }
  }
  return points;
}

// The same points, and the machine restarted before the next run.
std::vector<Point> reboot_points(const Settings& settings) {
  auto points = kill_points(settings);
  for (auto& point : points) point.reboots = true;
  return points;
}

std::vector<Point> rival_points(const Settings& settings) {
  auto points = kill_points(settings);
  std::erase_if(points, [](const Point& point) {
    return point.phase != Phase::evacuate && point.phase != Phase::empty && point.phase != Phase::restore;
  });
  for (auto& point : points) point.meets_rival = true;
  return points;
}

std::vector<Point> double_kill_points(const Settings& settings) {
  std::vector<Point> points;
  std::mt19937 random(settings.seed);
  const auto phases = phases_of(settings);
  std::map<Phase, std::size_t> calls;
  for (const auto phase : phases) calls[phase] = calls_of(settings, phase, false).size();
  for (std::size_t i = 0; i < settings.pairs; ++i) {
    const auto phase = phases[random() % phases.size()];
    const auto n = 1 + random() % calls[phase];
    const auto m = 1 + random() % calls[phase];
    points.push_back({phase,
                      {"TORTURE_KILL_AT=" + std::to_string(n)},
                      {"TORTURE_KILL_AT=" + std::to_string(m)},
                      random() % 2 == 0,
                      true,
                      {},
                      false,
                      false});
  }
  return points;
}

std::vector<Point> random_points(const Settings& settings) {
  std::vector<Point> points;
  std::mt19937 random(settings.seed);
  for (const auto phase : {Phase::evacuate, Phase::replay, Phase::smtp}) {
    const auto& wanted = settings.phases;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), to_string(phase)) == wanted.end()) continue;
    Trial trial(settings.programs, phase);
    trial.prepare();
    const auto begun = std::chrono::steady_clock::now();
    trial.disturb({});
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    std::uniform_int_distribution<std::int64_t> moment(1, whole.count());
    for (std::size_t i = 0; i < settings.pairs; ++i) {
      points.push_back({phase, {}, {}, i % 2 == 0, true, std::chrono::microseconds(moment(random)), false, false});
    }
  }
  return points;
}

std::vector<Point> failing_points(const Settings& settings) {
  std::vector<Point> points;
  for (const auto phase : phases_of(settings)) {
    const auto calls = calls_of(settings, phase, true);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      for (const int error : {ENOSPC, EIO, EACCES, ENOENT, EBUSY, 0}) {
        if (error == 0 && calls[i] != 'w') continue;
        for (const bool forever : {false, true}) {
          Point point{
              phase,
              {"TORTURE_CALLS=all", "TORTURE_FAIL_AT=" + std::to_string(i + 1), "TORTURE_ERRNO=" + std::to_string(error)},
              {},
              false,
              false,
              {},
              false,
              false};
          if (forever) point.first.emplace_back("TORTURE_FOREVER=1");
          points.push_back(std::move(point));
        }
      }
    }
  }
  return points;
}

Findings try_point(const Settings& settings, const Point& point) {
  Trial trial(settings.programs, point.phase);
  trial.prepare();
  requeue::tests::Ran ran;
  if (point.after.count() != 0) {
    trial.kill_after(point.after);
  } else {
    ran = trial.disturb(point.first);
  }
  if (!point.kills) trial.judge_words(ran);
  // Only a replay has a service beside it: the other commands work while it is stopped.
  const bool serve = point.serve_between && point.phase == Phase::replay;
  if (serve) trial.serve();
  if (point.reboots) trial.reboot();
  if (point.meets_rival) trial.meet_rival();
  if (!point.second.empty()) {
    trial.disturb(point.second);
    if (serve) trial.serve();
  }
  return trial.finish();
}

Table try_all(const Settings& settings, const std::vector<Point>& points) {
  Table table;
  std::mutex mutex;
  std::atomic<std::size_t> next{settings.seed % settings.share};
  const auto work = [&] {
    for (std::size_t i = next.fetch_add(settings.share); i < points.size(); i = next.fetch_add(settings.share)) {
      const auto findings = try_point(settings, points[i]);
      const std::lock_guard lock(mutex);
      ++table.points;
      table.lost += findings.lost.empty() ? 0 : 1;
      table.doubled += findings.doubled.empty() ? 0 : 1;
      table.in_doubt += findings.in_doubt.empty() ? 0 : 1;
      table.known_doubts += findings.known_doubts == 0 ? 0 : 1;
      table.taken_doubts += findings.taken_doubts == 0 ? 0 : 1;
      table.other += findings.other.empty() ? 0 : 1;
      if (!findings.any()) continue;
      std::printf("%s\n", text_of_point(points[i]).c_str());
      for (const auto* const list : {&findings.lost, &findings.doubled, &findings.in_doubt, &findings.other}) {
        for (const auto& line : *list) std::printf("    %s\n", line.c_str());
      }
      std::fflush(stdout);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < settings.jobs; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  return table;
}

bool read_arguments(int count, char** words, Settings& settings) {
  if (count < 2) return false;
  settings.mode = words[1];
  for (int i = 2; i < count; ++i) {
    const std::string option = words[i];
    if (option == "--verbose") {
      settings.verbose = true;
      continue;
    }
    if (++i >= count) return false;
    const std::string value = words[i];
    if (option == "--requeue")
      settings.programs.requeue = value;
    else if (option == "--preload")
      settings.programs.preload = value;
    else if (option == "--scratch")
      settings.programs.scratch = value;
    else if (option == "--replay-batch")
      settings.programs.batch = value;
    else if (option == "--replay-jobs")
      settings.programs.jobs = value;
    else if (option == "--share")
      settings.share = std::stoul(value);
    else if (option == "--pairs")
      settings.pairs = std::stoul(value);
    else if (option == "--seed")
      settings.seed = static_cast<unsigned>(std::stoul(value));
    else if (option == "--jobs")
      settings.jobs = static_cast<unsigned>(std::stoul(value));
    else if (option == "--phase")
      settings.phases.push_back(value);
    else
      return false;
  }
  return !settings.programs.requeue.empty() && !settings.programs.preload.empty();
}

}  // namespace
}  // namespace torture

int main(int count, char** words) {
  using namespace torture;
  Settings settings;
  settings.programs.scratch = fs::temp_directory_path();
  if (!read_arguments(count, words, settings)) {
    std::fprintf(stderr, "usage: torture kill|reboot|rival|twice|random|fail --requeue FILE --preload FILE ...\n");
    return 2;
  }
  std::vector<Point> points;
  if (settings.mode == "kill") points = kill_points(settings);
  if (settings.mode == "rival") points = rival_points(settings);
  if (settings.mode == "twice") points = double_kill_points(settings);
  if (settings.mode == "random") points = random_points(settings);
  if (settings.mode == "reboot") {
    if (!Trial::can_reboot()) {
      std::printf("reboot SKIPPED: this account may not bind another boot_id (unshare -m; mount --bind)\n");
      return 0;
    }
    points = reboot_points(settings);
  }
  if (settings.mode == "fail") points = failing_points(settings);
  if (points.empty()) {
    std::fprintf(stderr, "torture: nothing to try: %s\n", settings.mode.c_str());
    return 2;
  }
  const auto table = try_all(settings, points);
  std::printf("%-6s seed %u: points %zu of %zu, lost %zu, doubled %zu, in doubt %zu, otherwise wrong %zu\n",
              settings.mode.c_str(), settings.seed, table.points, points.size(), table.lost, table.doubled,
              table.in_doubt + table.known_doubts, table.other);
  if (table.taken_doubts != 0)
    std::printf("       by SMTP the server had taken in %zu of those in doubt\n", table.taken_doubts);
  return table.lost + table.doubled + table.in_doubt + table.other == 0 ? 0 : 1;
}
