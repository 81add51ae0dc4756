// The service manager of this host or another. Handles are opened for each question with the least rights that it
// needs, so that somebody who may only look can still use `status`.
#include <windows.h>

#include "core/sleep.h"
#include "core/wide_windows.h"
#include "service/service.h"
#include "service/service_manager.h"

namespace requeue::service {
namespace {

using Kind = Trouble::Kind;

std::string system_words(DWORD error) {
  wchar_t text[512];
  const DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, error, 0,
                                      text, static_cast<DWORD>(std::size(text)), nullptr);
  std::wstring_view words(text, length);
  while (!words.empty() && (words.back() <= L' ' || words.back() == L'.')) words.remove_suffix(1);
  return narrow(words) + " (error " + std::to_string(error) + ")";
}

Kind kind_of(DWORD error) {
  switch (error) {
    case ERROR_ACCESS_DENIED:
      return Kind::denied;
    case ERROR_SERVICE_DOES_NOT_EXIST:
    case ERROR_INVALID_NAME:
      return Kind::no_service;
    case ERROR_SERVICE_DISABLED:
      return Kind::disabled;
    case ERROR_SERVICE_ALREADY_RUNNING:
      return Kind::already_running;
    case ERROR_SERVICE_NOT_ACTIVE:
      return Kind::not_active;
    case ERROR_SERVICE_CANNOT_ACCEPT_CTRL:
    case ERROR_SERVICE_DATABASE_LOCKED:
    case ERROR_SERVICE_REQUEST_TIMEOUT:
      return Kind::busy;
    case ERROR_DEPENDENT_SERVICES_RUNNING:
      return Kind::dependents_running;
    case RPC_S_SERVER_UNAVAILABLE:
    case RPC_S_INVALID_NET_ADDR:
      return Kind::unreachable;
    default:
      return Kind::other;
  }
}

tl::unexpected<Trouble> trouble(DWORD error) {
  return tl::unexpected<Trouble>(Trouble{kind_of(error), system_words(error)});
}

struct CloseService {
  using pointer = SC_HANDLE;
  void operator()(SC_HANDLE handle) const { CloseServiceHandle(handle); }
};
using Handle = std::unique_ptr<SC_HANDLE, CloseService>;

// The manager's handle must outlive the service's.
struct Opened {
  Handle manager;
  Handle service;
};

StartType start_type_of(DWORD type, bool delayed) {
  switch (type) {
    case SERVICE_AUTO_START:
      return delayed ? StartType::delayed : StartType::automatic;
    case SERVICE_DEMAND_START:
      return StartType::manual;
    case SERVICE_DISABLED:
      return StartType::disabled;
    default:
      return StartType::other;
  }
}

Phase phase_of(DWORD state) {
  switch (state) {
    case SERVICE_STOPPED:
      return Phase::stopped;
    case SERVICE_START_PENDING:
      return Phase::start_pending;
    case SERVICE_STOP_PENDING:
      return Phase::stop_pending;
    case SERVICE_CONTINUE_PENDING:
      return Phase::continue_pending;
    case SERVICE_PAUSE_PENDING:
      return Phase::pause_pending;
    case SERVICE_PAUSED:
      return Phase::paused;
    default:
      return Phase::running;  // the one on which nothing is touched
  }
}

class WindowsServiceManager final : public ServiceManager {
 public:
  explicit WindowsServiceManager(const std::string& host) {
    if (!host.empty()) host_ = host.starts_with("\\\\") ? wide(host) : L"\\\\" + wide(host);
  }

  Managed<Standing> query(const std::string& name) override {
    auto opened = open(name, SERVICE_QUERY_STATUS);
    if (!opened) return tl::unexpected<Trouble>(opened.error());
    SERVICE_STATUS_PROCESS status{};
    DWORD needed = 0;
    if (QueryServiceStatusEx(opened->service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                             sizeof status, &needed) == 0) {
      return trouble(GetLastError());
    }
    return Standing{phase_of(status.dwCurrentState), status.dwCheckPoint, std::chrono::milliseconds(status.dwWaitHint)};
  }

  Managed<void> stop(const std::string& name) override {
    auto opened = open(name, SERVICE_STOP);
    if (!opened) return tl::unexpected<Trouble>(opened.error());
    SERVICE_STATUS status{};
    if (ControlService(opened->service.get(), SERVICE_CONTROL_STOP, &status) == 0) return trouble(GetLastError());
    return {};
  }

  Managed<void> start(const std::string& name) override {
    auto opened = open(name, SERVICE_START);
    if (!opened) return tl::unexpected<Trouble>(opened.error());
    if (StartServiceW(opened->service.get(), 0, nullptr) == 0) return trouble(GetLastError());
    return {};
  }

  Managed<std::vector<std::string>> dependents(const std::string& name) override {
    auto opened = open(name, SERVICE_ENUMERATE_DEPENDENTS);
    if (!opened) return tl::unexpected<Trouble>(opened.error());
    std::vector<std::string> names;
    std::vector<BYTE> buffer(sizeof(ENUM_SERVICE_STATUSW));
    for (;;) {
      DWORD needed = 0;
      DWORD count = 0;
      auto* const entries = reinterpret_cast<ENUM_SERVICE_STATUSW*>(buffer.data());
      if (EnumDependentServicesW(opened->service.get(), SERVICE_ACTIVE, entries, static_cast<DWORD>(buffer.size()),
                                 &needed, &count) != 0) {
        for (DWORD i = 0; i < count; ++i) names.push_back(narrow(entries[i].lpServiceName));
        return names;
      }
      const DWORD error = GetLastError();
      if (error != ERROR_MORE_DATA) return trouble(error);
      // One may start between two looks, so that the need grows: ask again until it fits.
      buffer.resize(buffer.size() + needed);
    }
  }

  Managed<StartType> start_type(const std::string& name) override {
    auto opened = open(name, SERVICE_QUERY_CONFIG);
    if (!opened) return tl::unexpected<Trouble>(opened.error());
    std::vector<BYTE> buffer(8192);  // the most that Windows gives
    auto* const config = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(buffer.data());
    DWORD needed = 0;
    if (QueryServiceConfigW(opened->service.get(), config, static_cast<DWORD>(buffer.size()), &needed) == 0) {
      return trouble(GetLastError());
    }
    // SERVICE_CONFIG_DELAYED_AUTO_START_INFO, by number: Windows Server 2003 has none, and says so by failing.
    constexpr DWORD delayed_level = 3;
    BOOL delayed = FALSE;
    if (QueryServiceConfig2W(opened->service.get(), delayed_level, reinterpret_cast<BYTE*>(&delayed), sizeof delayed,
                             &needed) == 0) {
      delayed = FALSE;
    }
    return start_type_of(config->dwStartType, delayed != FALSE);
  }

  Clock::time_point now() override { return Clock::now(); }
  void sleep(Clock::duration duration) override {
    sleep_for(std::chrono::duration_cast<std::chrono::milliseconds>(duration));
  }

 private:
  Managed<Opened> open(const std::string& name, DWORD rights) {
    Opened opened;
    opened.manager.reset(OpenSCManagerW(host_.empty() ? nullptr : host_.c_str(), nullptr, SC_MANAGER_CONNECT));
    if (!opened.manager) return trouble(GetLastError());
    opened.service.reset(OpenServiceW(opened.manager.get(), wide(name).c_str(), rights));
    if (!opened.service) return trouble(GetLastError());
    return opened;
  }

  std::wstring host_;
};

}  // namespace

std::unique_ptr<ServiceManager> system_service_manager(const std::string& host) {
  return std::make_unique<WindowsServiceManager>(host);
}

std::string_view default_kind() {
  return "scm";
}

}  // namespace requeue::service
