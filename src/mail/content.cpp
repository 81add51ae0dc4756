#include "mail/content.h"

#include <vector>

#include "mail/header_lines.h"

namespace requeue::mail {
namespace {

constexpr std::size_t content_buffer_size = 64U << 10U;

// Feeds a digest with CRLF and lone CR made LF, whatever borders the pieces have.
class LineEndFolder {
 public:
  explicit LineEndFolder(Sha256& digest) : digest_(digest) {}

  void update(std::string_view bytes) {
    folded_.clear();
    // The CR at the end of the piece before has been written as LF.
    if (bytes.empty()) return;
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    if (bytes.empty()) return;
    after_cr_ = bytes.back() == '\r';
    while (!bytes.empty()) {
      const auto line = bytes.substr(0, bytes.find('\r'));
      folded_ += line;
      bytes.remove_prefix(line.size());
      if (bytes.empty()) break;
      folded_ += '\n';
      bytes.remove_prefix(bytes.size() > 1 && bytes[1] == '\n' ? 2 : 1);
    }
    digest_.update(folded_);
  }

 private:
  Sha256& digest_;
  std::string folded_;
  bool after_cr_ = false;
};

bool is_trace(std::string_view name) {
  return is_one_of(name, {"Received", "Return-Path", "X-OriginalArrivalTime", "x-sender", "x-receiver"});
}

// Each field but the trace fields, lines ended by LF; then one LF, whether or not the file has its blank line.
void update_with_header(Sha256& digest, const HeaderBlock& block) {
  FieldCursor cursor(block.raw);
  std::string folded;
  for (auto field = cursor.next(); field; field = cursor.next()) {
    if (is_trace(field->name)) continue;
    bool ended = true;
    for (const char c : field->whole) {
      const bool line_end = c == '\r' || c == '\n';
      if (line_end && ended) continue;
      folded += line_end ? '\n' : c;
      ended = line_end;
    }
    if (!ended) folded += '\n';
    if (folded.size() < content_buffer_size) continue;
    digest.update(folded);
    folded.clear();
  }
  folded += '\n';
  digest.update(folded);
}

}  // namespace

Sha256Bytes canonical_header_digest(const HeaderBlock& block) {
  Sha256 digest;
  update_with_header(digest, block);
  return digest.finish();
}

Result<Sha256Bytes> canonical_content_digest(const HeaderBlock& block, std::string_view rest, ByteReader& body) {
  Sha256 digest;
  update_with_header(digest, block);
  LineEndFolder folder(digest);
  folder.update(rest);
  std::vector<char> buffer(content_buffer_size);
  while (true) {
    REQUEUE_TRY(const std::size_t count, body.read(buffer.data(), buffer.size()));
    if (count == 0) return digest.finish();
    folder.update({buffer.data(), count});
  }
}

}  // namespace requeue::mail
