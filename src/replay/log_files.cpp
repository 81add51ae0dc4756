#include "replay/log_files.h"

#include <algorithm>

#include "core/text.h"
#include "replay/gunzip.h"

namespace requeue::replay {
namespace {

struct LogLines {
  smtplog::Evidence& evidence;
  std::vector<std::string> files;
};

// Lines from pieces of a file. One that is longer than any log's is cut, and then counts as unread.
class LineSplitter {
 public:
  explicit LineSplitter(smtplog::Evidence& evidence) : evidence_(evidence) {}

  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = std::min(bytes.find('\n'), bytes.size());
      if (line_.size() < longest) line_.append(bytes.substr(0, end));
      if (end == bytes.size()) return;
      finish();
      bytes.remove_prefix(end + 1);
    }
  }
  void finish() {
    if (!line_.empty()) evidence_.add_line(line_);
    line_.clear();
  }

 private:
  static constexpr std::size_t longest = 1U << 20U;
  smtplog::Evidence& evidence_;
  std::string line_;
};

// The first bytes, which say what a file is, and then the rest.
class Rejoined final : public ByteReader {
 public:
  Rejoined(std::string head, ByteReader& rest) : head_(std::move(head)), rest_(rest) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (taken_ == head_.size()) return rest_.read(buffer, size);
    const auto count = head_.copy(buffer, size, taken_);
    taken_ += count;
    return count;
  }

 private:
  std::string head_;
  std::size_t taken_ = 0;
  ByteReader& rest_;
};

Result<std::string> first_bytes(ByteReader& reader) {
  constexpr std::size_t telling = 4;
  std::string head(telling, '\0');
  std::size_t have = 0;
  while (have < telling) {
    REQUEUE_TRY(const auto got, reader.read(head.data() + have, telling - have));
    if (got == 0) break;
    have += got;
  }
  head.resize(have);
  return head;
}

Result<void> read_log(files::Tree& tree, const files::Relative& name, const std::string& shown, LogLines& into,
                      Watcher& watcher) {
  REQUEUE_TRY(const auto file, tree.open(name));
  REQUEUE_TRY(auto head, first_bytes(*file));
  if (head == "PK\x03\x04") return no_log(shown, "it is a ZIP file", "Unpack it first. A .gz need not be.");
  const bool packed = head.starts_with("\x1F\x8B");
  Rejoined whole(std::move(head), *file);
  const auto unpacked = packed ? gunzip(whole) : nullptr;
  ByteReader& reader = packed ? *unpacked : whole;
  into.evidence.begin_file();
  LineSplitter lines(into.evidence);
  std::string buffer(1U << 18U, '\0');
  for (;;) {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted while a log was read");
    const auto got = reader.read(buffer.data(), buffer.size());
    if (!got && packed) return no_log(shown, got.error().why, "Is it whole? gunzip -t tells.");
    if (!got) return failure(got.error());
    if (*got == 0) break;
    lines.add(std::string_view(buffer).substr(0, *got));
  }
  lines.finish();
  into.files.push_back(shown);
  return {};
}

Result<void> read_path(files::Files& files, const std::string& path, LogLines& into, Watcher& watcher) {
  if (const auto folder = files.open(path); folder) {
    REQUEUE_TRY(const auto entries, (*folder)->list(""));
    const auto before = into.files.size();
    for (const auto& entry : entries) {
      const bool log = ascii_iends_with(entry.name, ".log") || ascii_iends_with(entry.name, ".log.gz");
      if (entry.kind != files::Kind::file || !log) continue;
      REQUEUE_CHECK(read_log(**folder, entry.name, files::to_text((*folder)->path_of(entry.name)), into, watcher));
    }
    if (into.files.size() > before) return {};
    return no_log(path, "no file in this folder is named *.log", "Name the folder of one service, such as SMTPSVC1.");
  }
  REQUEUE_TRY(const auto whole, files.resolve(path));
  const auto beside = files.open(whole.parent_path());
  if (!beside) return no_log(path, beside.error().why, "Name a file or a folder of logs.");
  const auto name = whole.filename().string();
  const auto status = (*beside)->status(name);
  if (status && status->kind != files::Kind::file) {
    return no_log(path, "it is no regular file", "Name a file or a folder of logs.");
  }
  const auto read = read_log(**beside, name, path, into, watcher);
  if (!read && read.error().cause == Cause::not_found)
    return no_log(path, "there is none", "Name a file or a folder of logs.");
  return read;
}

}  // namespace

tl::unexpected<Error> no_log(const std::string& path, std::string why, std::string hint) {
  return failure(Exit::usage, "cannot read an SMTP log", path, std::move(why), std::move(hint) + " Nothing was sent.");
}

Result<std::vector<std::string>> read_log_files(files::Files& files, const std::vector<std::string>& paths,
                                                smtplog::Evidence& evidence, Watcher& watcher) {
  LogLines into{evidence, {}};
  for (const auto& path : paths) REQUEUE_CHECK(read_path(files, path, into, watcher));
  return std::move(into.files);
}

}  // namespace requeue::replay
