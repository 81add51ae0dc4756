// A stand-in for the SMTP service: takes files out of Pickup, moves them through Queue, delivers them into a folder.
//
// Killed at any moment it neither loses nor doubles a message: a message has one file at a time, and each step ends in
// one rename within one volume (Mailroot, state and delivery folder must share it).
//
//   Pickup/NAME -> STATE/taken/ID.raw -> STATE/taken/ID.ready -> Queue/NTFS_ID.EML -> STATE/delivering/STEM/message.eml
//               -> DELIVER/STEM/message.eml with envelope.json
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/filesystem/path.hpp>

#include "standin/pickup_format.h"

namespace standin {

namespace fs = boost::filesystem;

struct Settings {
  fs::path mailroot;
  fs::path deliver;
  fs::path state;
  std::chrono::milliseconds delay{0};  // in Queue, before delivery
  bool stamp = false;                  // add Received, Message-ID and X-OriginalArrivalTime as the service does
  std::string host = "standin";
};

struct Pass {
  int moved = 0;    // messages that went a step on
  int waiting = 0;  // messages that will go on by themselves, later
  int stuck = 0;    // messages in Queue that will not
};

class Standin {
 public:
  explicit Standin(Settings settings);
  // What is wrong with the settings; empty when nothing is. Makes missing folders.
  std::string prepare();
  // Settles what a killed run left. Once, before the first pass.
  void recover();
  // One look at Pickup and Queue. Runs while `go_on` says so.
  Pass pass(const std::function<bool()>& go_on = [] { return true; });
  // What went wrong since last asked, for the log.
  std::vector<std::string> take_complaints();

 private:
  using Clock = std::chrono::steady_clock;
  // A message in Queue as first seen in this run.
  struct Queued {
    Envelope envelope;
    std::string pickup_name;
    bool usable = false;  // has a recipient and a From
    Clock::time_point since;
  };
  enum class Fate { deliver, wait, stick, reject };

  void make_folders() const;
  void guarded(const fs::path& path, const std::function<void()>& step);
  void take(const fs::path& file, Pass& pass);
  void move_on(const std::string& id);
  void refuse(const fs::path& file, const std::string& name, const std::string& report);
  void look_at(const fs::path& file, Pass& pass);
  Fate fate_of(const Queued& queued) const;
  void deliver(const fs::path& file, const Queued& queued);
  void finish_delivery(const fs::path& folder);
  Queued& queued(const fs::path& file);
  [[nodiscard]] bool is_rejected(const std::string& address) const;
  [[nodiscard]] fs::path taken(const std::string& id, const char* extension) const;
  [[nodiscard]] fs::path envelope_file(const std::string& queue_name) const;

  Settings settings_;
  std::map<std::string, Queued> queue_;
  std::set<std::string> sent_read_only_;
  std::vector<std::string> stuck_domains_;
  std::vector<std::string> rejected_addresses_;
  std::vector<std::string> complaints_;
};

// The lines of a control file (STATE/stick: globs of domains; STATE/reject: globs of addresses). Absent: none; empty:
// everything.
std::vector<std::string> control_globs(const fs::path& file);
// As a JSON string. Bytes that are not UTF-8 are written \xNN.
std::string json_string(std::string_view bytes);

std::string read_file(const fs::path& file);
// Written beside and renamed, so that nobody meets half of it.
void write_file(const fs::path& file, std::string_view bytes);

}  // namespace standin
