#include "journal/details.h"

#include <algorithm>
#include <cassert>

#include "core/digest.h"
#include "core/text.h"
#include "journal/line_writer.h"
#include "journal/lines.h"

namespace requeue::journal {
namespace {

constexpr std::size_t salt_bytes = 16;

class DetailsJournal final : public Details {
 public:
  DetailsJournal(std::unique_ptr<LineWriter> file, const Journal& journal)
      : file_(std::move(file)), journal_(journal) {}

  Result<std::string> append(const Json& fields) override {
    assert(!fields.contains("salt") && !fields.contains("after"));
    return append_rendered(to_line(fields.is_null() ? Json::object() : fields));
  }

  Result<std::string> append_rendered(std::string_view fields) override {
    assert(fields.starts_with('{') && fields.ends_with('}'));
    const auto inner = fields.substr(1, fields.size() - 2);
    std::string line = R"({"salt":")" + random_hex(salt_bytes) + R"(",)";
    line += inner;
    if (!inner.empty()) line += ',';
    line += R"("after":")" + journal_.flushed_head() + R"("})";
    REQUEUE_CHECK(file_->append(line));
    return sha256_hex(line);
  }

  Result<void> flush() override { return file_->flush(); }

 private:
  std::unique_ptr<LineWriter> file_;
  const Journal& journal_;
};

bool is_hex(std::string_view text, std::size_t bytes) {
  const auto raw = from_hex(text);
  return raw && raw->size() == bytes;
}

}  // namespace

Result<DetailsFile> read_details(files::Tree& recovery,
                                 const std::function<Result<void>(const std::string&, const Json&)>& visit) {
  const auto take = [&](std::int64_t number, std::string_view bytes, const Json& json) -> Result<void> {
    if (!is_hex(text_of(json, "salt"), salt_bytes)) return damage(recovery, details_name, number, "it has no salt");
    if (!is_hex(text_of(json, "after"), 32)) return damage(recovery, details_name, number, "it has no after");
    return visit(sha256_hex(bytes), json);
  };
  REQUEUE_TRY(const Scan scan, scan_lines(recovery, details_name, take));
  return DetailsFile{scan.lines, scan.torn};
}

Result<std::unique_ptr<Details>> open_details(files::Tree& recovery, const DetailsFile& file, const Journal& journal) {
  REQUEUE_TRY(auto writer, LineWriter::open(recovery, details_name, file.torn));
  return std::make_unique<DetailsJournal>(std::move(writer), journal);
}

AfterCheck::Key AfterCheck::key_of(std::string_view hash) {
  Key key{};
  const auto raw = from_hex(hash);
  assert(raw && raw->size() == 32);
  std::copy_n(raw->begin(), key.size(), key.begin());
  return key;
}

void AfterCheck::expect(const std::string& after) {
  // Up to 256 lines in a row name the same journal line.
  if (after == newest_) return;
  newest_ = after;
  missing_.insert(key_of(after));
}

void AfterCheck::saw_journal_line(const std::string& hash) {
  if (!missing_.empty()) missing_.erase(key_of(hash));
}

}  // namespace requeue::journal
