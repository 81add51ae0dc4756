// Several folders as one Tree. Used inside this room only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "files/files.h"

namespace requeue::mailroot {

struct Part {
  std::string name;                     // as the joined Tree shows it
  std::shared_ptr<files::Tree> holder;  // the folder that holds it, shared by those that stand in one
  files::Relative real;                 // its name there
};

class JoinedTree final : public files::Tree {
 public:
  // `shows`: which folders of `home` itself are seen.
  JoinedTree(std::shared_ptr<files::Tree> home, std::vector<Part> parts, std::function<bool(std::string_view)> shows);

  // The folders that hold one of ours, each once; home is the first.
  [[nodiscard]] const std::vector<files::Tree*>& holders() const { return holders_; }

  [[nodiscard]] const files::Path& path() const override { return home_->path(); }
  [[nodiscard]] files::Path path_of(std::string_view relative) const override;

  Result<files::Status> status(const files::Relative& path) override;
  Result<std::vector<files::Entry>> list(const files::Relative& folder) override;
  Result<void> each(const files::Relative& folder, const std::function<void(const files::Entry&)>& visit) override;
  Result<std::string> link_target(const files::Relative& path) override;
  Result<std::unique_ptr<files::Reader>> open(const files::Relative& path, files::CacheUse use) override;
  Result<std::vector<files::Stream>> streams(const files::Relative& path) override;
  Result<files::Seen> look(const files::Relative& path) override;
  Result<std::unique_ptr<files::Reader>> open_stream(const files::Relative& path, const std::string& stream) override;
  Result<files::Volume> volume(const files::Relative& path) override;
  Result<void> check_access(const files::Relative& path, bool write) override;
  std::string rights(const files::Relative& path) override;
  Result<bool> is_released(const files::Relative& path) override;

  Result<std::unique_ptr<files::Writer>> create(const files::Relative& path, std::uint32_t mode) override;
  Result<std::unique_ptr<files::Writer>> append(const files::Relative& path) override;
  Result<void> truncate(const files::Relative& path, std::uint64_t size) override;
  Result<void> make_folder(const files::Relative& path, std::uint32_t mode) override;
  Result<void> remove_file(const files::Relative& path) override;
  Result<void> remove_folder(const files::Relative& path) override;
  Result<void> rename(const files::Relative& from, const files::Relative& to) override;
  Result<void> take_name(const files::Relative& from, const files::Relative& to) override;
  Result<void> set_attributes(const files::Relative& path, const files::Attributes& attributes) override;
  Result<void> set_rights(const files::Relative& path, const std::string& sddl) override;
  Result<void> write_stream(const files::Relative& path, const std::string& stream, ByteReader& bytes) override;

  Result<void> flush_file(const files::Relative& path) override;
  Result<void> flush_folder(const files::Relative& path) override;
  Result<void> flush_all() override;
  Result<std::unique_ptr<files::Lock>> lock() override;

 private:
  struct Found {
    files::Tree* tree = nullptr;  // none: nothing of that name is shown
    files::Relative path;
  };
  [[nodiscard]] Found find(std::string_view path) const;
  [[nodiscard]] Result<Found> at(const files::Relative& path) const;
  using Move = Result<void> (files::Tree::*)(const files::Relative&, const files::Relative&);
  Result<void> move(Move how, const files::Relative& from, const files::Relative& to);

  std::shared_ptr<files::Tree> home_;
  std::vector<Part> parts_;
  std::vector<files::Tree*> holders_;  // each once, home too
  std::function<bool(std::string_view)> shows_;
};

}  // namespace requeue::mailroot
