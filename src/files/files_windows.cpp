#include <algorithm>
#include <locale>

#include <windows.h>

#include <sddl.h>

#include "core/wide_windows.h"
#include "files/nt_windows.h"
#include "files/relative.h"
#include "files/windows_names.h"

namespace requeue::files {
namespace nt {
namespace {

tl::unexpected<Error> refused(Error error) {
  error.exit = Exit::precondition;
  return failure(std::move(error));
}

std::wstring account_of_this_run() {
  HANDLE opened = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return {};
  const Handle token(opened);
  alignas(TOKEN_USER) char user[256]{};
  DWORD size = 0;
  if (GetTokenInformation(opened, TokenUser, user, sizeof user, &size) == 0) return {};
  wchar_t* text = nullptr;
  if (ConvertSidToStringSidW(reinterpret_cast<const TOKEN_USER*>(user)->User.Sid, &text) == 0) return {};
  std::wstring sid = text;
  LocalFree(text);
  return sid;
}

// Administrators, SYSTEM and whoever made it; nothing comes down from the folder above.
class OwnersOnly {
 public:
  OwnersOnly() {
    std::wstring text = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
    if (const auto account = account_of_this_run(); !account.empty()) text += L"(A;OICI;FA;;;" + account + L")";
    ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1, &descriptor_, nullptr);
  }
  ~OwnersOnly() {
    if (descriptor_ != nullptr) LocalFree(descriptor_);
  }
  OwnersOnly(const OwnersOnly&) = delete;
  OwnersOnly& operator=(const OwnersOnly&) = delete;
  [[nodiscard]] PSECURITY_DESCRIPTOR get() const { return descriptor_; }

 private:
  PSECURITY_DESCRIPTOR descriptor_ = nullptr;
};

// The made folder's name must last as long as what is kept in it.
Result<void> make_lasting(HANDLE parent, const std::wstring& name, const Path& path, std::string_view what) {
  const OwnersOnly owners;
  if (owners.get() == nullptr) return last_error(what, path);
  Manner manner;
  manner.disposition = FILE_CREATE;
  manner.options = FILE_DIRECTORY_FILE;
  manner.security = owners.get();
  Handle made;
  if (const auto status = open_at(parent, name, manner, made); status < 0) return status_error(status, what, path);
  Manner writable;
  writable.access = FILE_ADD_FILE;
  Handle folder;
  if (open_at(parent, L"", writable, folder) >= 0) return flush_handle(folder.get(), what, path.parent_path());
  return {};
}

Result<Handle> descend(const Path& path, bool make, std::string_view what) {
  const auto text = text_of(path);
  const auto length = root_length(text);
  Handle folder;
  const auto root = native_path(std::string_view(text).substr(0, length));
  if (const auto status = open_at(nullptr, wide(root), Manner{to_look, share_all, FILE_OPEN, 0}, folder); status < 0) {
    return status_error(status, what, path);
  }
  auto below = text.substr(length);
  std::replace(below.begin(), below.end(), '\\', '/');
  for (const auto part : components(below)) {
    const auto name = wide(part);
    auto next = step_into(folder.get(), name, path, what);
    if (!next && next.error().cause == Cause::not_found && make) {
      // A file in the folder's place is another mistake than a name that is not there.
      REQUEUE_CHECK(make_lasting(folder.get(), name, path, what));
      next = step_into(folder.get(), name, path, what);
    }
    if (!next) return failure(std::move(next.error()));
    folder = std::move(*next);
  }
  return folder;
}

// Names that are not UTF-8 cannot come from Windows itself; what stands in for them is only shown.
class Utf8 final : public std::codecvt<wchar_t, char, std::mbstate_t> {
 private:
  result do_in(std::mbstate_t& /*state*/, const char* from, const char* from_end, const char*& from_next, wchar_t* to,
               wchar_t* to_end, wchar_t*& to_next) const override {
    const auto units = wide({from, static_cast<std::size_t>(from_end - from)});
    return copy(units, from, from_end, from_next, to, to_end, to_next);
  }
  result do_out(std::mbstate_t& /*state*/, const wchar_t* from, const wchar_t* from_end, const wchar_t*& from_next,
                char* to, char* to_end, char*& to_next) const override {
    const auto bytes = narrow({from, static_cast<std::size_t>(from_end - from)});
    return copy(bytes, from, from_end, from_next, to, to_end, to_next);
  }
  [[nodiscard]] int do_encoding() const noexcept override { return 0; }
  [[nodiscard]] bool do_always_noconv() const noexcept override { return false; }
  [[nodiscard]] int do_max_length() const noexcept override { return 4; }

  template <class Text, class From, class To>
  static result copy(const Text& text, const From* from, const From* from_end, const From*& from_next, To* to,
                     To* to_end, To*& to_next) {
    from_next = from;
    to_next = to;
    if (static_cast<std::size_t>(to_end - to) < text.size()) return partial;
    to_next = std::copy(text.begin(), text.end(), to);
    from_next = from_end;
    return ok;
  }
};

// Boost would take narrow paths for the code page of the server. Before main: paths are made everywhere.
const bool paths_are_utf8 = [] {
  Path::imbue(std::locale(std::locale::classic(), new Utf8));
  return true;
}();

class NtFiles final : public Files {
 public:
  Result<std::shared_ptr<Tree>> open(const Path& path) override { return open_tree(path, false); }
  Result<std::shared_ptr<Tree>> open_or_make(const Path& path) override { return open_tree(path, true); }
  Result<Path> resolve(const Path& path) override { return nt::resolve(path); }
  Result<std::string> read_named(const Path& path, std::uint64_t limit) override {
    return read_named_file(path, limit);
  }
  Result<std::unique_ptr<Writer>> write_named(const Path& path) override {
    REQUEUE_TRY(const Path whole, nt::resolve(path));
    return write_named_file(whole);
  }
  std::optional<std::string> boot() override { return boot_value(); }
};

}  // namespace

Result<std::shared_ptr<Tree>> open_tree(const Path& named, bool make) {
  const std::string_view what = make ? "cannot open or make a folder" : "cannot open a folder";
  REQUEUE_TRY(const Path path, nt::resolve(named));
  auto folder = descend(path, make, what);
  if (!folder) {
    const auto attributes = GetFileAttributesW(extended_text(path).c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
      folder.error().cause = Cause::other;
      folder.error().why = "it is not a folder";
    }
    return refused(std::move(folder.error()));
  }
  return make_tree(std::move(*folder), path);
}

}  // namespace nt

std::unique_ptr<Files> real_files() {
  return std::make_unique<nt::NtFiles>();
}

}  // namespace requeue::files
