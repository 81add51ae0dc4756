// A file layer that says what a test wants of machine and disk: another boot, a volume of another kind.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "files/files.h"

namespace requeue::tests {

class AlteredFiles final : public files::Files {
 public:
  explicit AlteredFiles(std::unique_ptr<files::Files> inner = files::real_files());

  // nullopt: cannot be told.
  std::optional<std::string> machine_boot{"boot-1"};
  // Done to what each Tree says of its volume.
  std::function<void(files::Volume&)> alter_volume;
  // Done to what is said of a file or a folder, by its name or opened.
  std::function<void(files::Status&)> alter_status;

  // What this disk keeps of rights: read from here, set into here; why they cannot be set, if they cannot.
  std::map<std::string, std::string> rights, rights_set;
  std::string no_rights_because;

  Result<std::shared_ptr<files::Tree>> open(const files::Path& path) override;
  Result<std::shared_ptr<files::Tree>> open_or_make(const files::Path& path) override;
  Result<files::Path> resolve(const files::Path& path) override { return inner_->resolve(path); }
  Result<std::string> read_named(const files::Path& path, std::uint64_t limit) override {
    return inner_->read_named(path, limit);
  }
  Result<std::unique_ptr<files::Writer>> write_named(const files::Path& path) override {
    return inner_->write_named(path);
  }
  std::optional<std::string> boot() override { return machine_boot; }

 private:
  std::unique_ptr<files::Files> inner_;
};

}  // namespace requeue::tests
