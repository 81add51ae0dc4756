// From what the operator wrote to the folder that is meant: absolute, with names as the disk has them (not in short
// form or another case), and links in it resolved once. What comes after goes through handles and follows none.
#include <array>
#include <deque>

#include "core/text.h"
#include "core/wide_windows.h"
#include "files/nt_windows.h"
#include "files/relative.h"
#include "files/windows_names.h"

namespace requeue::files::nt {
namespace {

constexpr std::string_view what = "cannot tell which folder this path means";
constexpr int most_links = 40;

tl::unexpected<Error> unresolved(Error error) {
  error.exit = Exit::precondition;
  return failure(std::move(error));
}

tl::unexpected<Error> unresolved(const Path& path, std::string_view why) {
  return failure(Exit::precondition, std::string(what), text_of(path), std::string(why));
}

Result<std::string> absolute(const Path& path) {
  const auto given = narrow(path.native());
  if (given.empty()) return unresolved(path, "the path is empty");
  if (given.starts_with(R"(\\?\)")) return plain_path(given);
  const auto units = wide(given);
  std::vector<wchar_t> buffer(32768);
  const DWORD length = GetFullPathNameW(units.c_str(), static_cast<DWORD>(buffer.size()), buffer.data(), nullptr);
  if (length == 0 || length >= buffer.size()) return unresolved(error_of(GetLastError(), std::string(what), path));
  auto full = plain_path(narrow({buffer.data(), length}));
  if (full.starts_with(R"(\\.\)")) return unresolved(path, "it names a device");
  return full;
}

// A volume that is mounted in a folder is named by its letter where it has one.
std::string with_letter(const std::string& target) {
  const auto root = target.substr(0, root_length(target));
  if (!root.starts_with(R"(\\?\)")) return target;
  std::array<wchar_t, 1024> names{};
  DWORD length = 0;
  if (GetVolumePathNamesForVolumeNameW(wide(root).c_str(), names.data(), static_cast<DWORD>(names.size()), &length) ==
      0) {
    return target;
  }
  for (const wchar_t* name = names.data(); *name != L'\0'; name += std::wstring_view(name).size() + 1) {
    if (std::wstring_view(name).size() == 3) return narrow(name) + target.substr(root.size());
  }
  return target;
}

// Parts that are still to go, the next one first.
using Parts = std::deque<std::string>;

void push_parts(Parts& parts, std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty()) {
    const auto end = path.find('\\');
    if (const auto part = path.substr(0, end); !part.empty() && part != ".") found.emplace_back(part);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  parts.insert(parts.begin(), found.begin(), found.end());
}

// Folders that were gone through, each with its handle; the root's name ends in a backslash.
class Walk {
 public:
  explicit Walk(Path given) : given_(std::move(given)) {}

  Result<void> begin(const std::string& full) {
    const auto length = root_length(full);
    if (length == 0) return unresolved(given_, "it is neither on a drive nor on a share");
    root_ = full.substr(0, length);
    if (root_.back() != '\\') root_ += '\\';
    done_.clear();
    parts_.clear();
    push_parts(parts_, std::string_view(full).substr(length));
    exists_ = open_at(nullptr, wide(native_path(root_)), Manner{to_look, share_all, FILE_OPEN, 0}, handle_) >= 0;
    return {};
  }

  Result<Path> go() {
    while (!parts_.empty()) {
      const auto part = std::move(parts_.front());
      parts_.pop_front();
      if (part == "..") {
        REQUEUE_CHECK(back());
      } else {
        REQUEUE_CHECK(step(part));
      }
    }
    return path_from(whole());
  }

 private:
  [[nodiscard]] std::string whole() const {
    auto path = root_;
    for (std::size_t i = 0; i < done_.size(); ++i) path += (i == 0 ? "" : "\\") + done_[i];
    return path;
  }

  // Only a link's own target can still hold "..": from the top again, without the last part.
  Result<void> back() {
    if (!done_.empty()) done_.pop_back();
    auto rest = whole();
    for (const auto& part : parts_) rest += "\\" + part;
    return begin(rest);
  }

  Result<void> step(const std::string& part) {
    Entry entry{part, Kind::file};
    if (exists_) look(part, entry);
    if (exists_ && entry.kind == Kind::link) return follow(part);
    done_.push_back(entry.name);
    if (!exists_) return {};
    Handle next;
    exists_ = open_at(handle_.get(), wide(entry.name), {}, next) >= 0;
    handle_ = std::move(next);
    return {};
  }

  // The true name of what is there. A folder that may be passed but not listed leaves it as it was given.
  void look(const std::string& part, Entry& entry) {
    Handle listed;
    Manner manner;
    manner.access = FILE_LIST_DIRECTORY;
    if (open_at(handle_.get(), L"", manner, listed) >= 0 && find_in_folder(listed.get(), wide(part), entry) == 0)
      return;
    entry = {part, Kind::file};
    Handle itself;
    Facts facts;
    exists_ = open_at(handle_.get(), wide(part), {}, itself) >= 0;
    if (exists_ && facts_of(itself.get(), facts) >= 0) entry.kind = kind_of(facts.basic.FileAttributes, facts.tag);
  }

  Result<void> follow(const std::string& part) {
    if (++links_ > most_links) return unresolved(given_, "links in it lead in a circle");
    Handle link;
    if (const auto status = open_at(handle_.get(), wide(part), {}, link); status < 0) {
      return unresolved(error_of_status(status, std::string(what), given_));
    }
    auto target = read_link(link.get(), given_);
    if (!target) return unresolved(std::move(target.error()));
    auto plain = with_letter(plain_path(*target));
    if (root_length(plain) == 0) plain = plain.starts_with('\\') ? root_ + plain.substr(1) : whole() + "\\" + plain;
    for (const auto& rest : parts_) plain += "\\" + rest;
    return begin(plain);
  }

  Path given_;
  std::string root_;
  std::vector<std::string> done_;
  Parts parts_;
  Handle handle_;
  bool exists_ = false;
  int links_ = 0;
};

}  // namespace

Result<Path> resolve(const Path& path) {
  REQUEUE_TRY(const auto full, absolute(path));
  Walk walk(path);
  REQUEUE_CHECK(walk.begin(full));
  return walk.go();
}

}  // namespace requeue::files::nt
