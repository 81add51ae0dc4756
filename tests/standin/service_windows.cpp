// standin_service: the stand-in as a service of Windows, under the name and with the manners of the real one: it says
// that it is starting or stopping, and for how long, before it is done.
#include <windows.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "standin/standin_core.h"

namespace {

using std::chrono::milliseconds;

constexpr const wchar_t* service_name = L"SMTPSVC";
// In milliseconds, for Windows' own Sleep: the standard one does not wait in a 32-bit program of these flags.
constexpr DWORD between_looks = 50;
constexpr DWORD one_step = 100;

constexpr const char* usage =
    "standin_service install --mailroot DIR --deliver DIR --state DIR [--delay MS] [--stop-steps N] [--start-steps N]\n"
    "standin_service remove\n"
    "standin_service wait MS    keeps Wine and its services alive meanwhile\n";

struct Settings {
  standin::Settings standin;
  int start_steps = 3;  // checkpoints, a tenth of a second each
  int stop_steps = 3;
};

Settings settings;
std::atomic<bool> told_to_stop{false};
SERVICE_STATUS_HANDLE status_handle = nullptr;

std::wstring wide(const std::string& ascii) {
  return {ascii.begin(), ascii.end()};
}

bool read_settings(int count, char** words, int first) {
  const std::map<std::string, boost::filesystem::path*> folders{{"--mailroot", &settings.standin.mailroot},
                                                                {"--deliver", &settings.standin.deliver},
                                                                {"--state", &settings.standin.state}};
  for (int i = first; i + 1 < count; i += 2) {
    const std::string word = words[i];
    const auto number = static_cast<int>(std::strtol(words[i + 1], nullptr, 10));
    if (const auto folder = folders.find(word); folder != folders.end()) {
      *folder->second = boost::filesystem::path(words[i + 1]);
    } else if (word == "--delay") {
      settings.standin.delay = milliseconds(number);
    } else if (word == "--stop-steps") {
      settings.stop_steps = number;
    } else if (word == "--start-steps") {
      settings.start_steps = number;
    } else {
      return false;
    }
  }
  return !settings.standin.mailroot.empty() && !settings.standin.deliver.empty() && !settings.standin.state.empty();
}

void tell(DWORD state, DWORD checkpoint = 0, DWORD error = NO_ERROR) {
  SERVICE_STATUS status{};
  status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
  status.dwCurrentState = state;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0;
  status.dwWin32ExitCode = error;
  status.dwCheckPoint = checkpoint;
  status.dwWaitHint = checkpoint == 0 ? 0 : 2000;
  SetServiceStatus(status_handle, &status);
}

void take_steps(DWORD state, int steps) {
  for (int step = 1; step <= steps; ++step) {
    tell(state, static_cast<DWORD>(step));
    Sleep(one_step);
  }
}

void WINAPI on_control(DWORD control) {
  if (control == SERVICE_CONTROL_STOP) told_to_stop = true;
}

void WINAPI serve(DWORD /*count*/, wchar_t** /*words*/) {
  status_handle = RegisterServiceCtrlHandlerW(service_name, on_control);
  take_steps(SERVICE_START_PENDING, settings.start_steps);
  standin::Standin service(settings.standin);
  if (!service.prepare().empty()) {
    tell(SERVICE_STOPPED, 0, ERROR_PATH_NOT_FOUND);
    return;
  }
  service.recover();
  tell(SERVICE_RUNNING);
  while (!told_to_stop) {
    const auto pass = service.pass([] { return !told_to_stop; });
    if (pass.moved == 0) Sleep(between_looks);
  }
  take_steps(SERVICE_STOP_PENDING, settings.stop_steps);
  tell(SERVICE_STOPPED);
}

int failed(const char* what) {
  std::cerr << what << ": error " << GetLastError() << "\n";
  return 1;
}

int install(int count, char** words) {
  wchar_t program[MAX_PATH];
  GetModuleFileNameW(nullptr, program, MAX_PATH);
  std::wstring command = L"\"" + std::wstring(program) + L"\" service";
  for (int i = 2; i < count; ++i) command += L" \"" + wide(words[i]) + L"\"";
  SC_HANDLE const manager = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_ALL_ACCESS);
  SC_HANDLE const made = CreateServiceW(
      manager, service_name, L"Simple Mail Transfer Protocol (stand-in)", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
      SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr);
  return made == nullptr ? failed("cannot install the service") : 0;
}

int remove() {
  SC_HANDLE const manager = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_ALL_ACCESS);
  SC_HANDLE const service = OpenServiceW(manager, service_name, DELETE);
  return service == nullptr || DeleteService(service) == 0 ? failed("cannot remove the service") : 0;
}

int run_as_service() {
  wchar_t name[] = L"SMTPSVC";
  const SERVICE_TABLE_ENTRYW table[] = {{name, serve}, {nullptr, nullptr}};
  return StartServiceCtrlDispatcherW(table) == 0 ? failed("not started by the service manager") : 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string verb = count < 2 ? "" : words[1];
  if (verb == "install" && read_settings(count, words, 2)) return install(count, words);
  if (verb == "service" && read_settings(count, words, 2)) return run_as_service();
  if (verb == "remove") return remove();
  if (verb == "wait" && count > 2) {
    Sleep(static_cast<DWORD>(std::strtol(words[2], nullptr, 10)));
    return 0;
  }
  std::cerr << usage;
  return 2;
}
