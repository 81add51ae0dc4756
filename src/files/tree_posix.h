// A Tree on Linux: a handle of its root, and names below it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "files/posix.h"

namespace requeue::files::posix {

class PosixTree final : public Tree {
 public:
  PosixTree(Descriptor root, Path path) : root_(std::move(root)), path_(std::move(path)) {}

  [[nodiscard]] const Path& path() const override { return path_; }

  Result<Status> status(const Relative& path) override;
  Result<std::vector<Entry>> list(const Relative& folder) override;
  Result<void> each(const Relative& folder, const std::function<void(const Entry&)>& visit) override;
  Result<std::string> link_target(const Relative& path) override;
  Result<std::unique_ptr<Reader>> open(const Relative& path, CacheUse use) override;
  Result<std::vector<Stream>> streams(const Relative& path) override;
  Result<Seen> look(const Relative& path) override;
  Result<std::unique_ptr<Reader>> open_stream(const Relative& path, const std::string& stream) override;
  Result<Volume> volume(const Relative& path) override;
  Result<void> check_access(const Relative& path, bool write) override;
  Result<bool> is_released(const Relative& path) override;

  Result<std::unique_ptr<Writer>> create(const Relative& path, std::uint32_t mode) override;
  Result<std::unique_ptr<Writer>> append(const Relative& path) override;
  Result<void> truncate(const Relative& path, std::uint64_t size) override;
  Result<void> make_folder(const Relative& path, std::uint32_t mode) override;
  Result<void> remove_file(const Relative& path) override;
  Result<void> remove_folder(const Relative& path) override;
  Result<void> rename(const Relative& from, const Relative& to) override;
  Result<void> take_name(const Relative& from, const Relative& to) override;
  Result<void> create_link(Reader& opened, const Relative& path) override;
  Result<void> set_attributes(const Relative& path, const Attributes& attributes) override;
  Result<void> write_stream(const Relative& path, const std::string& stream, ByteReader& bytes) override;

  Result<void> flush_file(const Relative& path) override;
  Result<void> flush_folder(const Relative& path) override;
  Result<void> flush_files(const std::vector<Relative>& paths) override;
  Result<void> flush_all() override;

  Result<std::unique_ptr<Lock>> lock() override;

 private:
  [[nodiscard]] Result<Place> at(const Relative& path, std::string_view what) const {
    return locate(root_.number(), path, *this, what);
  }
  // For changes, which the root itself is not open to.
  [[nodiscard]] Result<Place> below(const Relative& path, std::string_view what) const;

  Descriptor root_;
  Path path_;
};

}  // namespace requeue::files::posix
