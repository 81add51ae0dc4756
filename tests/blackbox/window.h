// A maintenance window for one test: a Mailroot, a recovery folder and a Pickup, and the real program run on them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/filesystem/path.hpp>

#include "core/json.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

namespace fs = boost::filesystem;

// A message with these header fields. CRLF.
std::string mail(const std::string& subject, const std::string& to, const std::string& body = "Hello\r\n");

// Everything below a folder: path to bytes; folders end in "/", links hold "-> target".
std::map<std::string, std::string> contents(const fs::path& folder);

// A program's answer, with the --json object it printed.
struct Answer {
  int exit = -1;
  Json json;
  std::string out, err;
};

class Window {
 public:
  Window();  // an empty Mailroot with Queue, Pickup, Drop, Badmail, and an empty folder for a Pickup elsewhere

  // VERB and options, with --json. The test fails when stdout is not one JSON object with its common keys.
  Answer ask(const std::vector<std::string>& arguments) const;
  // The same as the administrator sees it.
  Ran see(const std::vector<std::string>& arguments) const;

  void put(const std::string& source, const std::string& bytes) const { write(mailroot / source, bytes); }
  // Shorthands, each checked for its exit.
  void evacuate(int wanted = 0) const;
  Answer replay(std::vector<std::string> more = {}) const;  // into `pickup`, --no-probe
  std::vector<std::string> evacuation() const;              // the command, for other endings

  TemporaryFolder folder;
  fs::path mailroot, recovery, pickup;
};

// What a file in Pickup says, read by the stand-in's reader: that of the service, sharing no code with requeue.
struct Posted {
  std::string name, sender, content;
  std::vector<std::string> recipients;
};
std::vector<Posted> posted(const fs::path& pickup);

}  // namespace requeue::tests
