// Files that the operator names: whole paths, links in them followed, since the operator meant what they point to.
#include "core/digest.h"
#include "core/wide_windows.h"
#include "files/nt_windows.h"

namespace requeue::files::nt {
namespace {

tl::unexpected<Error> not_written(Error error) {
  error.exit = Exit::precondition;
  return failure(std::move(error));
}

// Written under a name of its own and renamed when whole: a report that exists is a report that is complete.
class NamedWriter final : public Writer {
 public:
  NamedWriter(Handle folder, Handle file, Path path)
      : folder_(std::move(folder)), file_(std::move(file)), path_(std::move(path)) {}
  ~NamedWriter() override {
    if (file_) discard();
  }
  NamedWriter(const NamedWriter&) = delete;
  NamedWriter& operator=(const NamedWriter&) = delete;

  Result<void> write(std::string_view bytes) override { return write_whole(file_.get(), bytes, path_); }
  Result<void> flush() override { return flush_handle(file_.get(), "cannot flush a file", path_); }

  Result<void> close() override {
    if (!file_) return {};
    REQUEUE_CHECK(flush());
    constexpr std::string_view what = "cannot put a finished file in its place";
    const auto renamed = rename_handle(file_.get(), folder_.get(), path_.filename().native(), true);
    if (renamed < 0) return status_error(renamed, what, path_);
    if (!file_.close()) return last_error("cannot close a file", path_);
    return flush_handle(folder_.get(), "cannot flush a folder", path_.parent_path());
  }

 private:
  void discard() {
    FILE_DISPOSITION_INFORMATION disposition{TRUE};
    IO_STATUS_BLOCK block{};
    static_cast<void>(
        NtSetInformationFile(file_.get(), &block, &disposition, sizeof disposition, FileDispositionInformation));
  }

  Handle folder_;
  Handle file_;  // closed once it has its name
  Path path_;
};

}  // namespace

Result<std::string> read_named_file(const Path& path, std::uint64_t limit) {
  constexpr std::string_view what = "cannot read a file";
  REQUEUE_TRY(const Path whole, resolve(path));
  Handle file(CreateFileW(extended_text(whole).c_str(), GENERIC_READ, share_all, nullptr, OPEN_EXISTING, 0, nullptr));
  if (!file) return not_written(error_of(GetLastError(), std::string(what), path));
  auto bytes = read_all(*make_reader(std::move(file), path), limit);
  if (bytes) return bytes;
  if (bytes.error().path.empty()) {
    bytes.error().path = text_of(path);
    bytes.error().hint = "check that this is the file you meant";
  }
  return not_written(std::move(bytes.error()));
}

Result<std::unique_ptr<Writer>> write_named_file(const Path& path) {
  constexpr std::string_view what = "cannot write a file";
  Manner manner;
  manner.access = FILE_ADD_FILE;
  manner.options = FILE_DIRECTORY_FILE;
  Handle folder;
  if (const auto status = open_at(nullptr, wide(native_text(path.parent_path())), manner, folder); status < 0) {
    return not_written(error_of_status(status, std::string(what), path));
  }
  Handle old;
  Facts facts;
  if (open_at(folder.get(), path.filename().native(), {}, old) >= 0 && facts_of(old.get(), facts) >= 0 &&
      kind_of(facts.basic.FileAttributes, facts.tag) != Kind::file) {
    return failure(Exit::precondition, std::string(what), text_of(path),
                   "something other than a regular file has this name", "name another file; nothing was written");
  }
  manner.access = FILE_WRITE_DATA | DELETE | to_look;
  manner.disposition = FILE_CREATE;
  manner.options = FILE_NON_DIRECTORY_FILE;
  Handle file;
  const auto made = open_at(folder.get(), wide(".requeue-" + random_hex(8) + ".tmp"), manner, file);
  if (made < 0) return not_written(error_of_status(made, std::string(what), path));
  return std::make_unique<NamedWriter>(std::move(folder), std::move(file), path);
}

}  // namespace requeue::files::nt
