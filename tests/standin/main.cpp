// standin: the SMTP service's part in a recovery, for tests and for the demonstration.
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>

#include "standin/daemon.h"

namespace {

constexpr int usage_error = 2;

constexpr const char* usage =
    "standin: stands in for the SMTP service on a Mailroot.\n\n"
    "  standin start  --mailroot DIR --deliver DIR --state DIR [--delay MS] [--stamp]   into the background\n"
    "  standin run    (the same)   in the foreground, until SIGTERM\n"
    "  standin drain  (the same)   in the foreground, until Pickup and Queue stand still\n"
    "  standin stop   --state DIR  and wait until it has\n"
    "  standin status --state DIR  exit 0 when it runs, 3 when it does not\n\n"
    "--delay: milliseconds in Queue before delivery. --stamp: add Received, Message-ID and X-OriginalArrivalTime.\n"
    "STATE/stick: globs of domains, one a line, whose mail stays in Queue; empty for all. STATE/reject: globs of\n"
    "addresses that are refused, into Badmail.\n";

struct Arguments {
  std::string verb;
  standin::Settings settings;
};

std::optional<Arguments> read_arguments(int count, char** words) {
  Arguments out;
  if (count < 2) return std::nullopt;
  out.verb = words[1];
  auto& settings = out.settings;
  const std::map<std::string, boost::filesystem::path*> folders{
      {"--mailroot", &settings.mailroot}, {"--deliver", &settings.deliver}, {"--state", &settings.state}};
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--stamp") {
      settings.stamp = true;
      continue;
    }
    if (i + 1 == count) return std::nullopt;
    const std::string value = words[++i];
    if (const auto folder = folders.find(word); folder != folders.end()) {
      *folder->second = boost::filesystem::path(value);
    } else if (word == "--delay") {
      settings.delay = std::chrono::milliseconds(std::strtol(value.c_str(), nullptr, 10));
    } else {
      return std::nullopt;
    }
  }
  const bool serves = out.verb == "start" || out.verb == "run" || out.verb == "drain";
  if (settings.state.empty() || (serves && (settings.mailroot.empty() || settings.deliver.empty()))) {
    return std::nullopt;
  }
  return out;
}

}  // namespace

int main(int count, char** words) {
  const auto arguments = read_arguments(count, words);
  if (arguments && arguments->verb == "start") return standin::start(arguments->settings);
  if (arguments && arguments->verb == "run") return standin::serve(arguments->settings);
  if (arguments && arguments->verb == "drain") return standin::drain(arguments->settings);
  if (arguments && arguments->verb == "stop") return standin::stop(arguments->settings.state, std::chrono::seconds(30));
  if (arguments && arguments->verb == "status") return standin::status(arguments->settings.state);
  std::cerr << usage;
  return usage_error;
}
