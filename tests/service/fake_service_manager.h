// A service manager of services that are only numbers: each order starts a script of standings, and the clock moves
// only when somebody sleeps.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "service/service_manager.h"

namespace requeue::tests {

using service::Managed;
using service::Phase;
using service::Standing;
using service::Trouble;

struct FakeService {
  std::deque<Standing> standings{{Phase::running}};  // the last one is given for ever
  std::deque<Standing> when_stopped{{Phase::stop_pending, 1}, {Phase::stopped}};
  std::deque<Standing> when_started{{Phase::start_pending, 1}, {Phase::running}};
  std::deque<Trouble::Kind> stop_troubles, start_troubles;  // one for each order, then it is taken
  std::vector<std::string> dependents;
};

struct Services {
  std::map<std::string, FakeService> all;
  std::vector<std::string> orders;  // "stop NAME", "start NAME"
  service::ServiceManager::Clock::time_point now{};
  std::vector<service::ServiceManager::Clock::duration> pauses;
  service::StartType start_type = service::StartType::manual;
  bool denied = false;
};

class FakeServiceManager final : public service::ServiceManager {
 public:
  explicit FakeServiceManager(Services& services) : services_(services) {}

  Managed<Standing> query(const std::string& name) override {
    const auto it = services_.all.find(name);
    if (it == services_.all.end()) return trouble(Trouble::Kind::no_service);
    auto& standings = it->second.standings;
    const auto standing = standings.front();
    if (standings.size() > 1) standings.pop_front();
    return standing;
  }
  Managed<void> stop(const std::string& name) override {
    auto& it = services_.all.at(name);
    return order("stop " + name, it, it.stop_troubles, it.when_stopped);
  }
  Managed<void> start(const std::string& name) override {
    auto& it = services_.all.at(name);
    return order("start " + name, it, it.start_troubles, it.when_started);
  }
  Managed<std::vector<std::string>> dependents(const std::string& name) override {
    return services_.all.at(name).dependents;
  }
  Managed<service::StartType> start_type(const std::string& /*name*/) override { return services_.start_type; }
  Clock::time_point now() override { return services_.now; }
  void sleep(Clock::duration duration) override {
    services_.pauses.push_back(duration);
    services_.now += duration;
  }

 private:
  static tl::unexpected<Trouble> trouble(Trouble::Kind kind) { return tl::unexpected<Trouble>(Trouble{kind, "no"}); }

  Managed<void> order(const std::string& what, FakeService& it, std::deque<Trouble::Kind>& troubles,
                      const std::deque<Standing>& then) {
    services_.orders.push_back(what);
    if (services_.denied) return trouble(Trouble::Kind::denied);
    if (!troubles.empty()) {
      const auto kind = troubles.front();
      troubles.pop_front();
      return trouble(kind);
    }
    it.standings = then;
    return {};
  }

  Services& services_;
};

}  // namespace requeue::tests
