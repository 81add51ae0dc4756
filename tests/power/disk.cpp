#include "power/disk.h"

#include <algorithm>
#include <cassert>
#include <set>

namespace power {

using namespace requeue;

namespace {

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void overlay(std::string& data, std::uint64_t offset, std::string_view bytes) {
  // What lies before a write that was kept, and was itself dropped, reads as zeros.
  if (data.size() < offset + bytes.size()) data.resize(offset + bytes.size(), '\0');
  data.replace(offset, bytes.size(), bytes);
}

// Whole, nothing, the beginning alone, or the beginning with zeros up to the size that it would have had.
void overlay_some(std::string& data, const Write& write, std::mt19937& random) {
  const auto fate = random() % 4;
  if (fate == 1) return;
  auto bytes = write.bytes;
  const auto torn_at = bytes.empty() ? 0 : random() % bytes.size();
  if (fate == 2) bytes.resize(torn_at);
  if (fate == 3) std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(torn_at), bytes.end(), '\0');
  overlay(data, write.offset, bytes);
}

void each_node(const NodePtr& node, std::set<Node*>& seen, const std::function<void(Node&)>& visit) {
  if (!seen.insert(node.get()).second) return;
  visit(*node);
  for (const auto& [name, child] : node->names) each_node(child, seen, visit);
  for (const auto& [name, child] : node->kept_names) each_node(child, seen, visit);
}

void list_files(const Node& node, const std::string& path, std::vector<std::string>& out) {
  for (const auto& [name, child] : node.names) {
    const auto below = path.empty() ? name : path + '/' + name;
    if (child->folder) {
      list_files(*child, below, out);
    } else {
      out.push_back(below);
    }
  }
}

}  // namespace

Disk::Disk() {
  root = make(true, 0755);
}

Timestamp Disk::tick() {
  return {1790000000 + static_cast<std::int64_t>(++clock_), 0};
}

NodePtr Disk::make(bool folder, std::uint32_t mode) {
  auto node = std::make_shared<Node>();
  node->folder = folder;
  node->number = ++numbers_;
  node->status.kind = folder ? files::Kind::folder : files::Kind::file;
  node->status.identity = {1, node->number};
  node->status.mode = mode;
  node->status.written = node->status.changed = tick();
  return node;
}

void Disk::cut_at(std::uint64_t call) {
  calls_ = 0;
  cut_ = call;
}

Result<void> Disk::spend() {
  ++calls_;
  off_ = off_ || (cut_ != 0 && calls_ >= cut_);
  if (!off_) return {};
  return failure(Error{Exit::failed, Cause::io, "no power", {}, "the power was cut by a test", {}});
}

NodePtr Disk::walk(const std::string& path) const {
  auto node = root;
  for (const auto& part : parts_of(path)) {
    const auto found = node->names.find(part);
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

const Node* Disk::find(const std::string& path) const {
  return walk(path).get();
}

std::vector<std::string> Disk::files_below(const std::string& path) const {
  std::vector<std::string> out;
  if (const auto* const node = find(path)) list_files(*node, {}, out);
  return out;
}

void Disk::make_folders(const std::string& path) {
  auto node = root;
  for (const auto& part : parts_of(path)) {
    auto& child = node->names[part];
    if (!child) child = make(true, 0755);
    node->kept_names[part] = child;
    node = child;
  }
}

void Disk::put(const std::string& path, const std::string& bytes) {
  make_folders(path.substr(0, path.rfind('/')));
  const auto folder = walk(path.substr(0, path.rfind('/')));
  const auto node = make(false, 0644);
  node->data = node->kept = bytes;
  node->status.size = bytes.size();
  const auto name = path.substr(path.rfind('/') + 1);
  folder->names[name] = folder->kept_names[name] = node;
}

void Disk::link(const NodePtr& folder, const std::string& name, const NodePtr& node) {
  folder->names[name] = node;
  loose_.push_back({nullptr, folder, {}, name, node});
}

void Disk::unlink(const NodePtr& folder, const std::string& name, bool surely) {
  const auto node = folder->names.at(name);
  folder->names.erase(name);
  loose_.push_back({folder, nullptr, name, {}, node, false, false, surely});
}

void Disk::move(const NodePtr& from, const std::string& old_name, const NodePtr& to, const std::string& new_name) {
  const auto node = from->names.at(old_name);
  from->names.erase(old_name);
  to->names[new_name] = node;
  loose_.push_back({from, to, old_name, new_name, node});
}

void Disk::take(const std::string& path) {
  unlink(walk(path.substr(0, path.rfind('/'))), path.substr(path.rfind('/') + 1), true);
}

void Disk::flush_data(Node& node) {
  node.kept = node.data;
  node.loose.clear();
}

void Disk::apply(const Change& change) {
  if (change.from) {
    const auto found = change.from->kept_names.find(change.old_name);
    if (found == change.from->kept_names.end() || found->second != change.node) return;
    if (change.to && change.to->kept_names.contains(change.new_name)) return;
    change.from->kept_names.erase(found);
  }
  if (change.to) change.to->kept_names.emplace(change.new_name, change.node);
}

// In the order in which they were made: a name is not surely gone while it is not sure that it was ever given.
void Disk::settle_flushed() {
  std::vector<Change> still;
  std::set<Node*> open;
  for (auto& change : loose_) {
    const bool flushed = (!change.from || change.from_flushed) && (!change.to || change.to_flushed);
    if (flushed && !open.contains(change.node.get())) {
      apply(change);
    } else {
      open.insert(change.node.get());
      still.push_back(std::move(change));
    }
  }
  loose_ = std::move(still);
}

void Disk::flush_names(const NodePtr& folder) {
  for (auto& change : loose_) {
    change.from_flushed = change.from_flushed || change.from == folder;
    change.to_flushed = change.to_flushed || change.to == folder;
  }
  settle_flushed();
}

void Disk::flush_all() {
  for (auto& change : loose_) change.from_flushed = change.to_flushed = true;
  settle_flushed();
  std::set<Node*> seen;
  each_node(root, seen, [&](Node& node) { flush_data(node); });
}

void Disk::power_on(const std::function<bool(const Change&)>& keeps, const std::function<std::string(Node&)>& data) {
  for (const auto& change : loose_) {
    if (change.surely || keeps(change)) apply(change);
  }
  loose_.clear();
  std::set<Node*> seen;
  each_node(root, seen, [&](Node& node) {
    node.names = node.kept_names;
    if (node.folder) return;
    node.data = node.kept = data(node);
    node.loose.clear();
    node.status.size = node.data.size();
  });
  off_ = false;
  cut_ = calls_ = 0;
  boot += "'";
}

void Disk::restart(std::mt19937& random) {
  power_on([&](const Change&) { return random() % 2 == 0; },
           [&](Node& node) {
             auto data = node.kept;
             for (const auto& write : node.loose) overlay_some(data, write, random);
             return data;
           });
}

void Disk::restart_with_nothing_loose() {
  power_on([](const Change&) { return false; }, [](Node& node) { return node.kept; });
}

}  // namespace power
