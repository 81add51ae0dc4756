#include "support/observed_files.h"

namespace requeue::tests {
namespace {

using namespace files;

template <class Action>
auto observed(Observer& observer, const Call& call, Action action) -> decltype(action()) {
  const std::lock_guard hold(observer.one_at_a_time);
  REQUEUE_CHECK(observer.before(call));
  auto result = action();
  if (!result) return result;
  REQUEUE_CHECK(observer.after(call));
  return result;
}

class ObservedReader final : public Reader {
 public:
  ObservedReader(std::unique_ptr<Reader> inner, std::shared_ptr<Observer> observer, Call call)
      : inner_(std::move(inner)), observer_(std::move(observer)), call_(std::move(call)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    call_.verb = "read";
    return observed(*observer_, call_, [&] { return inner_->read(buffer, size); });
  }
  Result<Status> status() override {
    call_.verb = "status";
    return observed(*observer_, call_, [&] { return inner_->status(); });
  }
  Result<void> seek(std::uint64_t offset) override {
    call_.verb = "seek";
    return observed(*observer_, call_, [&] { return inner_->seek(offset); });
  }
  [[nodiscard]] bool reached_disk() const override { return inner_->reached_disk(); }
  [[nodiscard]] std::intptr_t native() const override { return inner_->native(); }

 private:
  std::unique_ptr<Reader> inner_;
  std::shared_ptr<Observer> observer_;
  Call call_;
};

class ObservedWriter final : public Writer {
 public:
  ObservedWriter(std::unique_ptr<Writer> inner, std::shared_ptr<Observer> observer, Call call)
      : inner_(std::move(inner)), observer_(std::move(observer)), call_(std::move(call)) {}

  Result<void> write(std::string_view bytes) override {
    const std::lock_guard hold(observer_->one_at_a_time);
    call_.verb = "write";
    if (auto allowed = observer_->before(call_); !allowed) {
      const auto kept = observer_->written_before_failing(call_, bytes.size());
      if (kept != 0) REQUEUE_CHECK(inner_->write(bytes.substr(0, kept)));
      return allowed;
    }
    REQUEUE_CHECK(inner_->write(bytes));
    return observer_->after(call_);
  }
  Result<void> flush() override {
    call_.verb = "flush";
    return observed(*observer_, call_, [&] { return inner_->flush(); });
  }
  Result<void> close() override {
    call_.verb = "close";
    return observed(*observer_, call_, [&] { return inner_->close(); });
  }

 private:
  std::unique_ptr<Writer> inner_;
  std::shared_ptr<Observer> observer_;
  Call call_;
};

class ObservedTree final : public Tree {
 public:
  ObservedTree(std::shared_ptr<Tree> inner, std::shared_ptr<Observer> observer)
      : inner_(std::move(inner)), observer_(std::move(observer)) {}

  [[nodiscard]] const Path& path() const override { return inner_->path(); }

  Result<Status> status(const Relative& path) override {
    return through("status", path, [&] { return inner_->status(path); });
  }
  Result<std::vector<Entry>> list(const Relative& folder) override {
    return through("list", folder, [&] { return inner_->list(folder); });
  }
  Result<std::string> link_target(const Relative& path) override {
    return through("link_target", path, [&] { return inner_->link_target(path); });
  }
  Result<std::unique_ptr<Reader>> open(const Relative& path, CacheUse use) override {
    return reader(call("open", path), [&] { return inner_->open(path, use); });
  }
  Result<std::vector<Stream>> streams(const Relative& path) override {
    return through("streams", path, [&] { return inner_->streams(path); });
  }
  Result<std::unique_ptr<Reader>> open_stream(const Relative& path, const std::string& stream) override {
    return reader(call("open_stream", path, stream), [&] { return inner_->open_stream(path, stream); });
  }
  Result<Volume> volume(const Relative& path) override {
    REQUEUE_TRY(auto volume, through("volume", path, [&] { return inner_->volume(path); }));
    return observer_->told(call("volume", path), std::move(volume));
  }
  Result<void> check_access(const Relative& path, bool write) override {
    return through("check_access", path, [&] { return inner_->check_access(path, write); });
  }
  std::string rights(const Relative& path) override { return inner_->rights(path); }
  Result<bool> is_released(const Relative& path) override {
    return through("is_released", path, [&] { return inner_->is_released(path); });
  }

  Result<std::unique_ptr<Writer>> create(const Relative& path, std::uint32_t mode) override {
    return writer("create", path, [&] { return inner_->create(path, mode); });
  }
  Result<std::unique_ptr<Writer>> append(const Relative& path) override {
    return writer("append", path, [&] { return inner_->append(path); });
  }
  Result<void> truncate(const Relative& path, std::uint64_t size) override {
    return through("truncate", path, [&] { return inner_->truncate(path, size); });
  }
  Result<void> make_folder(const Relative& path, std::uint32_t mode) override {
    return through("make_folder", path, [&] { return inner_->make_folder(path, mode); });
  }
  Result<void> remove_file(const Relative& path) override {
    return through("remove_file", path, [&] { return inner_->remove_file(path); });
  }
  Result<void> remove_folder(const Relative& path) override {
    return through("remove_folder", path, [&] { return inner_->remove_folder(path); });
  }
  Result<void> rename(const Relative& from, const Relative& to) override {
    return observed(*observer_, call("rename", from, to), [&] { return inner_->rename(from, to); });
  }
  Result<void> create_link(Reader& opened, const Relative& path) override {
    return through("create_link", path, [&] { return inner_->create_link(opened, path); });
  }
  Result<void> set_attributes(const Relative& path, const Attributes& attributes) override {
    return through("set_attributes", path, [&] { return inner_->set_attributes(path, attributes); });
  }
  Result<void> set_rights(const Relative& path, const std::string& sddl) override {
    return through("set_rights", path, [&] { return inner_->set_rights(path, sddl); });
  }
  Result<void> write_stream(const Relative& path, const std::string& stream, ByteReader& bytes) override {
    return observed(*observer_, call("write_stream", path, stream),
                    [&] { return inner_->write_stream(path, stream, bytes); });
  }

  Result<void> flush_file(const Relative& path) override {
    return through("flush_file", path, [&] { return inner_->flush_file(path); });
  }
  Result<void> flush_folder(const Relative& path) override {
    return through("flush_folder", path, [&] { return inner_->flush_folder(path); });
  }
  Result<void> flush_files(const std::vector<Relative>& paths) override {
    return through("flush_files", {}, [&] { return inner_->flush_files(paths); });
  }
  Result<void> flush_all() override {
    return through("flush_all", {}, [&] { return inner_->flush_all(); });
  }
  Result<std::unique_ptr<Lock>> lock() override {
    return through("lock", {}, [&] { return inner_->lock(); });
  }

 private:
  [[nodiscard]] Call call(std::string verb, const Relative& path, std::string to = {}) const {
    return {std::move(verb), inner_->path().string(), path, std::move(to)};
  }
  template <class Action>
  auto through(std::string verb, const Relative& path, Action action) -> decltype(action()) {
    return observed(*observer_, call(std::move(verb), path), action);
  }
  template <class Action>
  Result<std::unique_ptr<Reader>> reader(const Call& made, Action action) {
    REQUEUE_TRY(auto inner, observed(*observer_, made, action));
    return std::make_unique<ObservedReader>(std::move(inner), observer_, made);
  }
  template <class Action>
  Result<std::unique_ptr<Writer>> writer(std::string verb, const Relative& path, Action action) {
    const Call made = call(std::move(verb), path);
    REQUEUE_TRY(auto inner, observed(*observer_, made, action));
    return std::make_unique<ObservedWriter>(std::move(inner), observer_, made);
  }

  std::shared_ptr<Tree> inner_;
  std::shared_ptr<Observer> observer_;
};

}  // namespace

ObservedFiles::ObservedFiles(std::unique_ptr<Files> inner, std::shared_ptr<Observer> observer)
    : inner_(std::move(inner)), observer_(std::move(observer)) {}

Result<std::shared_ptr<Tree>> ObservedFiles::open(const Path& path) {
  REQUEUE_TRY(auto tree,
              observed(*observer_, Call{"open_tree", {}, path.string(), {}}, [&] { return inner_->open(path); }));
  return std::make_shared<ObservedTree>(std::move(tree), observer_);
}

Result<std::shared_ptr<Tree>> ObservedFiles::open_or_make(const Path& path) {
  REQUEUE_TRY(auto tree, observed(*observer_, Call{"open_or_make", {}, path.string(), {}},
                                  [&] { return inner_->open_or_make(path); }));
  return std::make_shared<ObservedTree>(std::move(tree), observer_);
}

Result<Path> ObservedFiles::resolve(const Path& path) {
  return observed(*observer_, Call{"resolve", {}, path.string(), {}}, [&] { return inner_->resolve(path); });
}

Result<std::string> ObservedFiles::read_named(const Path& path, std::uint64_t limit) {
  return observed(*observer_, Call{"read_named", {}, path.string(), {}},
                  [&] { return inner_->read_named(path, limit); });
}

Result<std::unique_ptr<Writer>> ObservedFiles::write_named(const Path& path) {
  const Call made{"write_named", {}, path.string(), {}};
  REQUEUE_TRY(auto writer, observed(*observer_, made, [&] { return inner_->write_named(path); }));
  return std::make_unique<ObservedWriter>(std::move(writer), observer_, made);
}

}  // namespace requeue::tests
