#include "support/altered_files.h"

namespace requeue::tests {
namespace {

using namespace files;

class AlteredReader final : public Reader {
 public:
  AlteredReader(std::unique_ptr<Reader> inner, AlteredFiles& owner) : inner_(std::move(inner)), owner_(owner) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override { return inner_->read(buffer, size); }
  Result<Status> status() override {
    auto status = inner_->status();
    if (status && owner_.alter_status) owner_.alter_status(*status);
    return status;
  }
  [[nodiscard]] bool reached_disk() const override { return inner_->reached_disk(); }
  Result<void> seek(std::uint64_t offset) override { return inner_->seek(offset); }
  [[nodiscard]] std::intptr_t native() const override { return inner_->native(); }

 private:
  std::unique_ptr<Reader> inner_;
  AlteredFiles& owner_;
};

class AlteredTree final : public Tree {
 public:
  AlteredTree(std::shared_ptr<Tree> inner, AlteredFiles& owner) : inner_(std::move(inner)), owner_(owner) {}

  Result<Volume> volume(const Relative& path) override {
    auto volume = inner_->volume(path);
    if (volume && owner_.alter_volume) owner_.alter_volume(*volume);
    return volume;
  }

  std::string rights(const Relative& path) override {
    const auto found = owner_.rights.find(path);
    return found == owner_.rights.end() ? std::string() : found->second;
  }
  Result<void> set_rights(const Relative& path, const std::string& sddl) override {
    if (!owner_.no_rights_because.empty()) {
      return failure(Error{Exit::failed, Cause::denied, "cannot set rights", path, owner_.no_rights_because, {}});
    }
    owner_.rights_set[path] = sddl;
    return {};
  }
  [[nodiscard]] const Path& path() const override { return inner_->path(); }
  Result<Status> status(const Relative& path) override {
    auto status = inner_->status(path);
    if (status && owner_.alter_status) owner_.alter_status(*status);
    return status;
  }
  Result<std::vector<Entry>> list(const Relative& folder) override { return inner_->list(folder); }
  Result<std::string> link_target(const Relative& path) override { return inner_->link_target(path); }
  Result<std::unique_ptr<Reader>> open(const Relative& path, CacheUse use) override {
    REQUEUE_TRY(auto reader, inner_->open(path, use));
    return std::make_unique<AlteredReader>(std::move(reader), owner_);
  }
  Result<std::vector<Stream>> streams(const Relative& path) override { return inner_->streams(path); }
  Result<std::unique_ptr<Reader>> open_stream(const Relative& path, const std::string& stream) override {
    return inner_->open_stream(path, stream);
  }
  Result<void> check_access(const Relative& path, bool write) override { return inner_->check_access(path, write); }
  Result<bool> is_released(const Relative& path) override { return inner_->is_released(path); }
  Result<std::unique_ptr<Writer>> create(const Relative& path, std::uint32_t mode) override {
    return inner_->create(path, mode);
  }
  Result<std::unique_ptr<Writer>> append(const Relative& path) override { return inner_->append(path); }
  Result<void> truncate(const Relative& path, std::uint64_t size) override { return inner_->truncate(path, size); }
  Result<void> make_folder(const Relative& path, std::uint32_t mode) override {
    return inner_->make_folder(path, mode);
  }
  Result<void> remove_file(const Relative& path) override { return inner_->remove_file(path); }
  Result<void> remove_folder(const Relative& path) override { return inner_->remove_folder(path); }
  Result<void> rename(const Relative& from, const Relative& to) override { return inner_->rename(from, to); }
  Result<void> set_attributes(const Relative& path, const Attributes& attributes) override {
    return inner_->set_attributes(path, attributes);
  }
  Result<void> create_link(Reader& opened, const Relative& path) override { return inner_->create_link(opened, path); }
  Result<void> write_stream(const Relative& path, const std::string& stream, ByteReader& bytes) override {
    return inner_->write_stream(path, stream, bytes);
  }
  Result<void> flush_file(const Relative& path) override { return inner_->flush_file(path); }
  Result<void> flush_folder(const Relative& path) override { return inner_->flush_folder(path); }
  Result<void> flush_all() override { return inner_->flush_all(); }
  Result<std::unique_ptr<Lock>> lock() override { return inner_->lock(); }

 private:
  std::shared_ptr<Tree> inner_;
  AlteredFiles& owner_;
};

}  // namespace

AlteredFiles::AlteredFiles(std::unique_ptr<Files> inner) : inner_(std::move(inner)) {}

Result<std::shared_ptr<Tree>> AlteredFiles::open(const Path& path) {
  REQUEUE_TRY(auto tree, inner_->open(path));
  return std::make_shared<AlteredTree>(std::move(tree), *this);
}

Result<std::shared_ptr<Tree>> AlteredFiles::open_or_make(const Path& path) {
  REQUEUE_TRY(auto tree, inner_->open_or_make(path));
  return std::make_shared<AlteredTree>(std::move(tree), *this);
}

}  // namespace requeue::tests
