// A shell that runs nothing: a script answers, and its clock moves only when somebody sleeps or a command takes time.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "service/shell.h"

namespace requeue::tests {

struct Answer {
  service::Ended ended;
  std::chrono::milliseconds taken{0};
};

// What a test looks at after the control, which owns the shell, has done its work.
struct ShellScript {
  std::map<std::string, std::deque<Answer>> answers;  // the last one of a command is given for ever
  std::vector<std::string> ran;
  std::vector<service::Overdue> overdue;
  std::vector<service::Shell::Clock::time_point> deadlines;
  service::Shell::Clock::time_point now{};
  std::vector<service::Shell::Clock::duration> pauses;
  std::function<void()> on_sleep = [] {};

  void exits(const std::string& command, std::vector<int> codes) {
    for (const int code : codes) answers[command].push_back({{service::Ended::How::exited, code}, {}});
  }
  [[nodiscard]] std::ptrdiff_t times(const std::string& command) const {
    return std::count(ran.begin(), ran.end(), command);
  }
};

class FakeShell final : public service::Shell {
 public:
  explicit FakeShell(ShellScript& script) : script_(script) {}

  Result<service::Ended> run(const std::string& command, Clock::time_point deadline, service::Overdue overdue,
                             const Watcher& /*watcher*/) override {
    script_.ran.push_back(command);
    script_.overdue.push_back(overdue);
    script_.deadlines.push_back(deadline);
    auto& answers = script_.answers.at(command);
    const Answer answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    script_.now += answer.taken;
    return answer.ended;
  }
  Clock::time_point now() override { return script_.now; }
  void sleep(Clock::duration duration) override {
    script_.pauses.push_back(duration);
    script_.now += duration;
    script_.on_sleep();
  }

 private:
  ShellScript& script_;
};

class Listener final : public Watcher {
 public:
  void say(std::string_view line) override { said.emplace_back(line); }
  [[nodiscard]] bool stop_requested() const override { return stop; }
  std::vector<std::string> said;
  bool stop = false;
};

}  // namespace requeue::tests
