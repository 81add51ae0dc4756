// The file layer of the model disk.
#include <limits>

#include "power/disk.h"

namespace power {
namespace {

using namespace requeue;
using namespace requeue::files;

tl::unexpected<Error> refuse(Cause cause, const std::string& path, const char* why) {
  return failure(Error{Exit::failed, cause, "cannot do it on the model disk", path, why, {}});
}

class DiskReader final : public Reader {
 public:
  explicit DiskReader(NodePtr node) : node_(std::move(node)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = std::min(size, node_->data.size() - std::min(at_, node_->data.size()));
    std::copy_n(node_->data.data() + at_, count, buffer);
    at_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    at_ = static_cast<std::size_t>(offset);
    return {};
  }
  Result<Status> status() override { return node_->status; }
  [[nodiscard]] bool reached_disk() const override { return true; }

 private:
  NodePtr node_;
  std::size_t at_ = 0;
};

class DiskWriter final : public Writer {
 public:
  DiskWriter(Disk& disk, NodePtr node) : disk_(disk), node_(std::move(node)) {}
  Result<void> write(std::string_view bytes) override {
    const auto powered = disk_.spend();
    // The write under way when the power goes may still reach the disk in part.
    if (!powered && gone_) return powered;
    gone_ = !powered;
    if (!powered && !disk_.off()) return powered;
    node_->loose.push_back({node_->data.size(), std::string(bytes)});
    node_->data += bytes;
    node_->status.size = node_->data.size();
    node_->status.written = node_->status.changed = disk_.tick();
    return powered;
  }
  Result<void> flush() override {
    REQUEUE_CHECK(disk_.spend());
    disk_.flush_data(*node_);
    return {};
  }
  Result<void> close() override { return disk_.spend(); }

 private:
  Disk& disk_;
  NodePtr node_;
  bool gone_ = false;
};

class NoLock final : public Lock {};

class DiskTree final : public Tree {
 public:
  DiskTree(Disk& disk, NodePtr node, Path path) : disk_(disk), node_(std::move(node)), path_(std::move(path)) {}

  [[nodiscard]] const Path& path() const override { return path_; }

  Result<Status> status(const Relative& path) override {
    REQUEUE_TRY(const auto node, existing(path));
    return node->status;
  }
  Result<std::vector<Entry>> list(const Relative& folder) override {
    REQUEUE_TRY(const auto node, existing(folder));
    std::vector<Entry> entries;
    for (const auto& [name, child] : node->names) entries.push_back({name, child->status.kind});
    return entries;
  }
  Result<std::string> link_target(const Relative& path) override { return refuse(Cause::other, path, "no link"); }
  Result<std::unique_ptr<Reader>> open(const Relative& path, CacheUse) override {
    REQUEUE_TRY(auto node, existing(path));
    if (node->folder) return refuse(Cause::other, path, "a folder");
    return std::make_unique<DiskReader>(std::move(node));
  }
  Result<std::vector<Stream>> streams(const Relative&) override { return std::vector<Stream>{}; }
  Result<std::unique_ptr<Reader>> open_stream(const Relative& path, const std::string&) override {
    return refuse(Cause::not_found, path, "no streams here");
  }
  Result<Volume> volume(const Relative&) override {
    Volume volume;
    volume.identity = 1;
    volume.free_bytes = std::numeric_limits<std::uint64_t>::max() / 2;
    volume.free_files = volume.free_bytes;
    volume.file_system = disk_.journaled ? "ext4" : "fat";
    volume.local = true;
    volume.keeps_streams = true;
    volume.journaled = disk_.journaled;
    return volume;
  }
  Result<void> check_access(const Relative& path, bool) override {
    REQUEUE_TRY(const auto node, existing(path));
    return {};
  }
  Result<bool> is_released(const Relative&) override { return true; }

  Result<std::unique_ptr<Writer>> create(const Relative& path, std::uint32_t mode) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(auto node, made(path, false, mode));
    return std::make_unique<DiskWriter>(disk_, std::move(node));
  }
  Result<std::unique_ptr<Writer>> append(const Relative& path) override {
    REQUEUE_CHECK(disk_.spend());
    auto node = existing(path);
    if (!node) {
      REQUEUE_TRY(node, made(path, false, 0600));
    }
    return std::make_unique<DiskWriter>(disk_, std::move(*node));
  }
  Result<void> truncate(const Relative& path, std::uint64_t size) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(path));
    node->data.resize(size, '\0');
    node->status.size = size;
    disk_.flush_data(*node);
    return {};
  }
  Result<void> make_folder(const Relative& path, std::uint32_t mode) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, made(path, true, mode));
    return {};
  }
  Result<void> remove_file(const Relative& path) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(path));
    if (node->folder) return refuse(Cause::other, path, "a folder");
    REQUEUE_TRY(const auto folder, existing(Relative(parent_of(path))));
    disk_.unlink(folder, std::string(name_of(path)));
    return {};
  }
  Result<void> remove_folder(const Relative& path) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(path));
    if (!node->folder || !node->names.empty()) return refuse(Cause::other, path, "not an empty folder");
    REQUEUE_TRY(const auto folder, existing(Relative(parent_of(path))));
    disk_.unlink(folder, std::string(name_of(path)));
    return {};
  }
  Result<void> rename(const Relative& from, const Relative& to) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(from));
    REQUEUE_TRY(const auto old_folder, existing(Relative(parent_of(from))));
    REQUEUE_TRY(const auto new_folder, existing(Relative(parent_of(to))));
    if (new_folder->names.contains(std::string(name_of(to)))) return refuse(Cause::exists, to, "the name is taken");
    disk_.move(old_folder, std::string(name_of(from)), new_folder, std::string(name_of(to)));
    node->status.changed = disk_.tick();
    if (disk_.renamed) disk_.renamed(path_of(to).string());
    return {};
  }
  Result<void> set_attributes(const Relative& path, const Attributes& attributes) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(path));
    if (attributes.written) node->status.written = *attributes.written;
    if (attributes.mode) node->status.mode = *attributes.mode;
    return {};
  }
  Result<void> write_stream(const Relative& path, const std::string&, ByteReader&) override {
    return refuse(Cause::not_supported, path, "no streams here");
  }

  Result<void> flush_file(const Relative& path) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(path));
    disk_.flush_data(*node);
    return {};
  }
  Result<void> flush_folder(const Relative& path) override {
    REQUEUE_CHECK(disk_.spend());
    REQUEUE_TRY(const auto node, existing(path));
    disk_.flush_names(node);
    return {};
  }
  Result<void> flush_all() override {
    REQUEUE_CHECK(disk_.spend());
    disk_.flush_all();
    return {};
  }
  Result<std::unique_ptr<Lock>> lock() override { return std::make_unique<NoLock>(); }

 private:
  Result<NodePtr> existing(const Relative& path) {
    auto node = node_;
    std::size_t begin = 0;
    while (begin < path.size()) {
      const auto end = std::min(path.find('/', begin), path.size());
      const auto found = node->names.find(path.substr(begin, end - begin));
      if (found == node->names.end()) return refuse(Cause::not_found, path, "there is none");
      node = found->second;
      begin = end + 1;
    }
    return node;
  }
  Result<NodePtr> made(const Relative& path, bool folder, std::uint32_t mode) {
    REQUEUE_TRY(const auto parent, existing(Relative(parent_of(path))));
    const std::string name(name_of(path));
    if (parent->names.contains(name)) return refuse(Cause::exists, path, "the name is taken");
    auto node = disk_.make(folder, mode);
    disk_.link(parent, name, node);
    return node;
  }

  Disk& disk_;
  NodePtr node_;
  Path path_;
};

class DiskFiles final : public Files {
 public:
  explicit DiskFiles(Disk& disk) : disk_(disk) {}
  Result<std::shared_ptr<Tree>> open(const Path& path) override {
    auto node = disk_.walk(path.string());
    if (!node) return refuse(Cause::not_found, path.string(), "there is none");
    if (!node->folder) return refuse(Cause::other, path.string(), "no folder");
    return std::make_shared<DiskTree>(disk_, std::move(node), path);
  }
  Result<std::shared_ptr<Tree>> open_or_make(const Path& path) override {
    if (!disk_.walk(path.string())) {
      REQUEUE_TRY(const auto parent, open_or_make(path.parent_path()));
      REQUEUE_CHECK(parent->make_folder(path.filename().string(), 0700));
    }
    return open(path);
  }
  Result<Path> resolve(const Path& path) override { return path; }
  Result<std::string> read_named(const Path& path, std::uint64_t) override {
    return refuse(Cause::not_found, path.string(), "not used here");
  }
  Result<std::unique_ptr<Writer>> write_named(const Path& path) override {
    return refuse(Cause::not_supported, path.string(), "not used here");
  }
  std::optional<std::string> boot() override { return disk_.boot; }

 private:
  Disk& disk_;
};

}  // namespace

std::unique_ptr<Files> files_on(Disk& disk) {
  return std::make_unique<DiskFiles>(disk);
}

}  // namespace power
