// Lines of messages.jsonl found by their hashes, and read again one by one.
#include <algorithm>

#include "journal/details.h"
#include "journal/lines.h"

namespace requeue::journal {
namespace {

constexpr std::size_t usual_line = 2048;

Sha256Bytes sha256_of(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.finish();
}

}  // namespace

Result<void> locate_details(files::Tree& recovery,
                            const std::function<Result<void>(const Sha256Bytes& hash, std::uint64_t offset)>& visit) {
  const auto file = recovery.open(files::Relative(details_name));
  if (!file && file.error().cause == Cause::not_found) return {};
  if (!file) return failure(file.error());
  LineReader lines(**file);
  RawLine line;
  for (;;) {
    REQUEUE_TRY(const bool more, lines.next(line));
    if (!more || !line.ended) return {};
    if (line.length > longest_line || line.has_nul) continue;
    REQUEUE_CHECK(visit(sha256_of(line.bytes), line.offset));
  }
}

Result<std::optional<DetailsLines>> DetailsLines::open(files::Tree& recovery) {
  auto file = recovery.open(files::Relative(details_name));
  if (file) return std::optional(DetailsLines(std::move(*file)));
  if (file.error().cause == Cause::not_found) return std::optional<DetailsLines>();
  return failure(std::move(file.error()));
}

Result<std::optional<Json>> DetailsLines::at(std::uint64_t offset, const Sha256Bytes& hash) {
  REQUEUE_CHECK(file_->seek(offset));
  std::size_t have = 0;
  for (;;) {
    if (buffer_.size() == have) buffer_.resize(std::max(usual_line, have * 2));
    REQUEUE_TRY(const auto count, file_->read(buffer_.data() + have, buffer_.size() - have));
    const std::string_view line(buffer_.data(), have + count);
    const auto end = line.find('\n', have);
    have += count;
    if (end != std::string_view::npos) {
      const auto whole = line.substr(0, end);
      return sha256_of(whole) == hash ? parse_object(whole) : std::nullopt;
    }
    if (count == 0 || have > longest_line) return std::optional<Json>();
  }
}

}  // namespace requeue::journal
