#include "journal/lines.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/digest.h"

namespace requeue::journal {
namespace {

constexpr std::size_t chunk = std::size_t{64} * 1024;

bool holds_nul(std::string_view bytes) {
  return bytes.find('\0') != std::string_view::npos;
}

// A link, a folder or a device in place of the file is never opened: it would lead outside, or block for ever.
Result<std::unique_ptr<files::Reader>> open_if_there(files::Tree& recovery, std::string_view name) {
  const files::Relative path(name);
  const auto status = recovery.status(path);
  if (!status && status.error().cause == Cause::not_found) return nullptr;
  if (!status) return failure(status.error());
  if (status->kind != files::Kind::file) return damage(recovery, name, 0, "it is not a regular file");
  return recovery.open(path);
}

// Only of a torn file, so a second reading is cheaper than a digest kept of every line.
Result<Tail> digest_tail(files::Tree& recovery, std::string_view name, std::uint64_t offset) {
  REQUEUE_TRY(const auto reader, recovery.open(files::Relative(name)));
  Tail tail{offset, 0, {}};
  Sha256 digest;
  std::string buffer(chunk, '\0');
  std::uint64_t position = 0;
  while (true) {
    REQUEUE_TRY(const std::size_t count, reader->read(buffer.data(), buffer.size()));
    if (count == 0) break;
    const auto skip = static_cast<std::size_t>(std::min<std::uint64_t>(count, offset - std::min(offset, position)));
    digest.update(std::string_view(buffer).substr(skip, count - skip));
    tail.length += count - skip;
    position += count;
  }
  tail.sha256 = digest.hex();
  return tail;
}

struct Bad {
  std::int64_t line = 0;
  std::uint64_t offset = 0;
  std::string why;
};

// nullopt: a JSON object, moved into `json`.
std::optional<std::string> fault_of(const RawLine& line, Json& json) {
  if (line.has_nul) return "it holds NUL bytes";
  auto object = parse_object(line.bytes);
  if (!object) return "it is not a JSON object";
  json = std::move(*object);
  return std::nullopt;
}

}  // namespace

Result<bool> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < chunk) buffer_.resize(std::max(buffer_.size() * 2, end_ + chunk));
  REQUEUE_TRY(const std::size_t count, bytes_.read(buffer_.data() + end_, chunk));
  end_ += count;
  return count > 0;
}

Result<bool> LineReader::next(RawLine& line) {
  line = RawLine{};
  line.offset = offset_;
  std::size_t searched = 0;
  while (true) {
    const std::string_view unread(buffer_.data() + begin_, end_ - begin_);
    const std::size_t newline = unread.find('\n', searched);
    if (newline != std::string_view::npos && newline <= longest_line) {
      line.bytes = unread.substr(0, newline);
      line.ended = true;
      begin_ += newline + 1;
      offset_ += newline + 1;
      break;
    }
    if (unread.size() > longest_line) return pass_over(line);
    searched = unread.size();
    REQUEUE_TRY(const bool more, fill());
    if (more) continue;
    line.bytes = std::string_view(buffer_.data() + begin_, end_ - begin_);
    begin_ = end_;
    offset_ += line.bytes.size();
    if (line.bytes.empty()) return false;
    break;
  }
  line.length = line.bytes.size();
  line.has_nul = holds_nul(line.bytes);
  return true;
}

Result<bool> LineReader::pass_over(RawLine& line) {
  while (true) {
    const std::string_view unread(buffer_.data() + begin_, end_ - begin_);
    const std::size_t newline = unread.find('\n');
    const std::string_view part = unread.substr(0, newline);
    line.length += part.size();
    line.has_nul = line.has_nul || holds_nul(part);
    line.ended = newline != std::string_view::npos;
    const std::size_t used = part.size() + (line.ended ? 1 : 0);
    begin_ += used;
    offset_ += used;
    if (line.ended) return true;
    REQUEUE_TRY(const bool more, fill());
    if (!more) return true;
  }
}

tl::unexpected<Error> damage(files::Tree& recovery, std::string_view name, std::int64_t line, const std::string& why) {
  const std::string where = line > 0 ? "line " + std::to_string(line) + ": " : std::string();
  return failure(
      Exit::verification, "the record of this recovery folder is damaged", files::to_text(recovery.path_of(name)),
      where + why,
      "Nothing was done and nothing was changed. Do not edit the file: use a good copy of the whole recovery "
      "folder. The mail itself is in snapshot/; `requeue restore` into another folder works without this "
      "record.");
}

Result<Scan> scan_lines(files::Tree& recovery, std::string_view name,
                        const std::function<Result<void>(std::int64_t, std::string_view, Json)>& visit) {
  Scan scan;
  REQUEUE_TRY(const auto reader, open_if_there(recovery, name));
  if (!reader) return scan;
  LineReader lines(*reader);
  RawLine line;
  std::optional<Bad> bad;
  std::int64_t number = 0;
  std::uint64_t whole = 0;
  while (true) {
    REQUEUE_TRY(const bool more, lines.next(line));
    if (!more) break;
    ++number;
    if (!line.ended) {
      if (!bad) bad = Bad{number, line.offset, {}};
      break;
    }
    if (line.length > longest_line && !line.has_nul) return damage(recovery, name, number, "it is longer than 16 MiB");
    Json json;
    auto fault = fault_of(line, json);
    if (fault) {
      if (!bad) bad = Bad{number, line.offset, std::move(*fault)};
      continue;
    }
    if (bad) return damage(recovery, name, bad->line, bad->why + ", and a good line follows it");
    REQUEUE_CHECK(visit(number, line.bytes, std::move(json)));
    scan.lines = number;
    whole = line.offset + line.length + 1;
  }
  scan.torn.offset = whole;
  if (bad) {
    REQUEUE_TRY(scan.torn, digest_tail(recovery, name, whole));
  }
  return scan;
}

}  // namespace requeue::journal
