// The Application log, source "requeue". The source is not registered and has no message DLL, so that nothing needs to
// be installed: Event Viewer says that it lacks a description, and shows the text below that.
#include <windows.h>

#include "core/wide_windows.h"
#include "service/event_log.h"

namespace requeue::service {
namespace {

WORD type_of(Gravity gravity) {
  if (gravity == Gravity::information) return EVENTLOG_INFORMATION_TYPE;
  return gravity == Gravity::warning ? EVENTLOG_WARNING_TYPE : EVENTLOG_ERROR_TYPE;
}

class WindowsEventLog final : public EventLog {
 public:
  void write(EventId id, Gravity gravity, const std::string& text) override {
    const HANDLE log = RegisterEventSourceW(nullptr, L"requeue");
    if (log == nullptr) return;
    const auto units = wide(text);
    const wchar_t* words = units.c_str();
    ReportEventW(log, type_of(gravity), 0, static_cast<DWORD>(id), nullptr, 1, 0, &words, nullptr);
    DeregisterEventSource(log);
  }
};

}  // namespace

std::unique_ptr<EventLog> system_event_log() {
  return std::make_unique<WindowsEventLog>();
}

}  // namespace requeue::service
