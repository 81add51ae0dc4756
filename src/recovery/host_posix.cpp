#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <vector>

#include "recovery/host.h"

namespace requeue::recovery {
namespace {

std::string account_name() {
  const uid_t user = geteuid();
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid " + std::to_string(user);
}

long minutes_east() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  return localtime_r(&now, &local) != nullptr ? local.tm_gmtoff / 60 : 0;
}

}  // namespace

Host this_host() {
  Host host;
  utsname names{};
  if (uname(&names) == 0) {
    host.name = names.nodename;
    host.os = std::string(names.sysname) + " " + names.release + " " + names.machine;
  }
  host.account = account_name();
  host.utc_offset = to_utc_offset(minutes_east());
  return host;
}

}  // namespace requeue::recovery
