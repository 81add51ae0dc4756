// The file layer of a dry run: looking passes through, every change fails. A dry run cannot write by mistake, because
// it was never given anything to write with.
#include "files/files.h"

namespace requeue::files {
namespace {

tl::unexpected<Error> refuse(std::string what, std::string path) {
  return failure(Error{Exit::precondition, Cause::read_only, std::move(what), std::move(path), "this is a dry run",
                       "nothing was changed; run the command without --dry-run to change it"});
}

class ReadOnlyTree final : public Tree {
 public:
  explicit ReadOnlyTree(std::shared_ptr<Tree> inner) : inner_(std::move(inner)) {}

  [[nodiscard]] const Path& path() const override { return inner_->path(); }
  [[nodiscard]] Path path_of(std::string_view relative) const override { return inner_->path_of(relative); }
  Result<Status> status(const Relative& path) override { return inner_->status(path); }
  Result<std::vector<Entry>> list(const Relative& folder) override { return inner_->list(folder); }
  Result<void> each(const Relative& folder, const std::function<void(const Entry&)>& visit) override {
    return inner_->each(folder, visit);
  }
  Result<std::string> link_target(const Relative& path) override { return inner_->link_target(path); }
  Result<std::unique_ptr<Reader>> open(const Relative& path, CacheUse use) override { return inner_->open(path, use); }
  Result<std::vector<Stream>> streams(const Relative& path) override { return inner_->streams(path); }
  Result<Seen> look(const Relative& path) override { return inner_->look(path); }
  Result<std::unique_ptr<Reader>> open_stream(const Relative& path, const std::string& stream) override {
    return inner_->open_stream(path, stream);
  }
  Result<Volume> volume(const Relative& path) override { return inner_->volume(path); }
  Result<void> check_access(const Relative& path, bool write) override { return inner_->check_access(path, write); }
  std::string rights(const Relative& path) override { return inner_->rights(path); }
  Result<bool> is_released(const Relative& path) override { return inner_->is_released(path); }

  Result<std::unique_ptr<Writer>> create(const Relative& path, std::uint32_t) override {
    return refuse("cannot create a file", path);
  }
  Result<std::unique_ptr<Writer>> append(const Relative& path) override {
    return refuse("cannot append to a file", path);
  }
  Result<void> truncate(const Relative& path, std::uint64_t) override { return refuse("cannot shorten a file", path); }
  Result<void> make_folder(const Relative& path, std::uint32_t) override {
    return refuse("cannot make a folder", path);
  }
  Result<void> remove_file(const Relative& path) override { return refuse("cannot remove a file", path); }
  Result<void> remove_folder(const Relative& path) override { return refuse("cannot remove a folder", path); }
  Result<void> rename(const Relative& from, const Relative&) override { return refuse("cannot rename a file", from); }
  Result<void> create_link(Reader&, const Relative& path) override { return refuse("cannot make a hard link", path); }
  Result<void> set_attributes(const Relative& path, const Attributes&) override {
    return refuse("cannot set times and rights", path);
  }
  Result<void> set_rights(const Relative& path, const std::string&) override {
    return refuse("cannot set rights", path);
  }
  Result<void> write_stream(const Relative& path, const std::string&, ByteReader&) override {
    return refuse("cannot write an alternate stream", path);
  }
  Result<void> flush_file(const Relative& path) override { return refuse("cannot flush a file", path); }
  Result<void> flush_folder(const Relative& path) override { return refuse("cannot flush a folder", path); }
  Result<void> flush_all() override { return refuse("cannot flush a volume", {}); }

  // Nothing is written by taking it, and a dry run beside a real run would show a state that is about to change.
  Result<std::unique_ptr<Lock>> lock() override { return inner_->lock(); }

 private:
  tl::unexpected<Error> refuse(std::string what, const Relative& path) const {
    return files::refuse(std::move(what), path_of(path).string());
  }

  std::shared_ptr<Tree> inner_;
};

class ReadOnlyFiles final : public Files {
 public:
  explicit ReadOnlyFiles(std::unique_ptr<Files> inner) : inner_(std::move(inner)) {}

  Result<std::shared_ptr<Tree>> open(const Path& path) override {
    REQUEUE_TRY(auto tree, inner_->open(path));
    return std::make_shared<ReadOnlyTree>(std::move(tree));
  }
  // One that exists already can be looked at; one that does not would have to be made.
  Result<std::shared_ptr<Tree>> open_or_make(const Path& path) override {
    auto tree = open(path);
    if (tree || tree.error().cause != Cause::not_found) return tree;
    return refuse("cannot make a folder", path.string());
  }
  Result<Path> resolve(const Path& path) override { return inner_->resolve(path); }
  Result<std::string> read_named(const Path& path, std::uint64_t limit) override {
    return inner_->read_named(path, limit);
  }
  Result<std::unique_ptr<Writer>> write_named(const Path& path) override {
    return refuse("cannot write a file", path.string());
  }
  std::optional<std::string> boot() override { return inner_->boot(); }

 private:
  std::unique_ptr<Files> inner_;
};

}  // namespace

std::unique_ptr<Files> read_only_files(std::unique_ptr<Files> inner) {
  return std::make_unique<ReadOnlyFiles>(std::move(inner));
}

}  // namespace requeue::files
