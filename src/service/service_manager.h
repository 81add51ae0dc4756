// Windows' service manager, as far as requeue asks it, behind an interface so that slow, stuck and forbidden services
// are tested without one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace requeue::service {

enum class Phase { stopped, start_pending, stop_pending, running, continue_pending, pause_pending, paused };

// What a service says of itself. While it works towards a state it raises `checkpoint` at least every `wait_hint`.
struct Standing {
  Phase phase = Phase::stopped;
  std::uint32_t checkpoint = 0;
  std::chrono::milliseconds wait_hint{0};
};

enum class StartType { automatic, delayed, manual, disabled, other };

struct Trouble {
  enum class Kind {
    denied,
    no_service,
    disabled,
    already_running,
    not_active,
    busy,                // it takes no orders just now: it starts, or it is stopping
    dependents_running,  // one was started since they were listed
    unreachable,         // the manager of another host does not answer
    other
  };
  Kind kind = Kind::other;
  std::string why;  // in the system's words
};

template <class T>
using Managed = tl::expected<T, Trouble>;

class ServiceManager {
 public:
  using Clock = std::chrono::steady_clock;
  virtual ~ServiceManager() = default;
  virtual Managed<Standing> query(const std::string& name) = 0;
  // Both only order: the service is then on its way.
  virtual Managed<void> stop(const std::string& name) = 0;
  virtual Managed<void> start(const std::string& name) = 0;
  // Those that run and depend on it, in the order in which they must be stopped.
  virtual Managed<std::vector<std::string>> dependents(const std::string& name) = 0;
  virtual Managed<StartType> start_type(const std::string& name) = 0;
  virtual Clock::time_point now() = 0;
  virtual void sleep(Clock::duration duration) = 0;
};

// `host` empty: this machine. nullptr on a system that has no such manager.
std::unique_ptr<ServiceManager> system_service_manager(const std::string& host);

}  // namespace requeue::service
