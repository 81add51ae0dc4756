// A disk that loses its power. It keeps what was flushed; of what was not, it keeps, drops or tears each part by
// itself: the data of each write, each name made or removed, each rename (whole: its two names change together).
// Seeded.
//
// What it takes for durable: a file's data and size after a flush of the file; a name after a flush of its folder; a
// rename after a flush of both folders. A file's flush says nothing of its name. Times and modes are kept at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "files/files.h"

namespace power {

using requeue::Result;

struct Write {
  std::uint64_t offset = 0;
  std::string bytes;
};

struct Node {
  bool folder = false;
  std::string data;          // as every reader sees it
  std::string kept;          // as the disk surely has it
  std::vector<Write> loose;  // written since
  std::map<std::string, std::shared_ptr<Node>> names, kept_names;
  std::uint64_t number = 0;
  requeue::files::Status status;
};
using NodePtr = std::shared_ptr<Node>;

class Disk {
 public:
  Disk();

  // Power. Counted are the calls that change or flush; at call `cut` and ever after each fails, and changes nothing.
  void cut_at(std::uint64_t call);
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] bool off() const { return off_; }
  // What the disk holds when the power is back. Another boot.
  void restart(std::mt19937& random);
  // The same with the worst of luck: nothing that was not flushed.
  void restart_with_nothing_loose();

  // Past the program: a whole tree made durable, files read, taken away.
  void put(const std::string& path, const std::string& bytes);
  void make_folders(const std::string& path);
  [[nodiscard]] const Node* find(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> files_below(const std::string& path) const;
  // By the service, which keeps its own books: once taken, a file never comes back under a name that the disk kept.
  void take(const std::string& path);

  std::function<void(const std::string& name)> renamed;  // a rename has become visible
  bool journaled = true;                                 // what it says of its file system
  std::string boot = "boot-1";

  // For the file layer.
  Result<void> spend();  // one call; an error when the power is off
  NodePtr root;
  NodePtr walk(const std::string& path) const;
  NodePtr make(bool folder, std::uint32_t mode);
  void link(const NodePtr& folder, const std::string& name, const NodePtr& node);
  void unlink(const NodePtr& folder, const std::string& name, bool surely = false);
  void move(const NodePtr& from, const std::string& old_name, const NodePtr& to, const std::string& new_name);
  void flush_data(Node& node);
  void flush_names(const NodePtr& folder);
  void flush_all();
  requeue::Timestamp tick();

 private:
  struct Change {
    NodePtr from, to;  // from empty: made; to empty: removed
    std::string old_name, new_name;
    NodePtr node;
    bool from_flushed = false, to_flushed = false;
    bool surely = false;
  };
  void apply(const Change& change);
  void settle_flushed();
  void power_on(const std::function<bool(const Change&)>& keeps, const std::function<std::string(Node&)>& data);

  std::vector<Change> loose_;
  std::uint64_t calls_ = 0, cut_ = 0, clock_ = 0, numbers_ = 0;
  bool off_ = false;
};

// The same disk for each opener; Trees stay valid while the power is on.
std::unique_ptr<requeue::files::Files> files_on(Disk& disk);

}  // namespace power
