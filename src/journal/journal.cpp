#include "journal/journal.h"

#include <cassert>

#include "core/digest.h"
#include "core/time.h"
#include "journal/line_writer.h"
#include "journal/lines.h"

namespace requeue::journal {
namespace {

bool is_reserved(std::string_view key) {
  return key == "seq" || key == "time" || key == "event" || key == "prev";
}

class FileJournal final : public Journal {
 public:
  FileJournal(std::unique_ptr<LineWriter> file, const Chain& chain)
      : file_(std::move(file)), records_(chain.records), head_(chain.head), flushed_head_(chain.head) {}

  Result<Line> append(std::string_view event, const Json& fields) override {
    Line line;
    line.seq = records_ + 1;
    line.event = std::string(event);
    line.json = Json::object();
    // What moves when it grows is copied: its keys are const.
    line.json.get_ref<Json::object_t&>().reserve(fields.size() + 4);
    line.json["seq"] = line.seq;
    line.json["time"] = to_iso8601(now());
    line.json["event"] = line.event;
    for (auto field = fields.begin(); field != fields.end(); ++field) {
      assert(!is_reserved(field.key()));
      line.json[field.key()] = *field;
    }
    line.json["prev"] = head_;
    const std::string bytes = to_line(line.json);
    line.hash = sha256_hex(bytes);
    std::string head = line.hash;
    REQUEUE_CHECK(file_->append(bytes));
    // Nothing that could throw between the line and the head that the next one names: a run that ends for want of
    // memory writes its last lines yet.
    head_.swap(head);
    ++records_;
    return line;
  }

  Result<void> flush() override {
    REQUEUE_CHECK(file_->flush());
    flushed_head_ = head_;
    return {};
  }

  [[nodiscard]] const std::string& head() const override { return head_; }
  [[nodiscard]] const std::string& flushed_head() const override { return flushed_head_; }
  [[nodiscard]] std::int64_t records() const override { return records_; }

 private:
  std::unique_ptr<LineWriter> file_;
  std::int64_t records_;
  std::string head_, flushed_head_;
};

}  // namespace

Result<Chain> read(files::Tree& recovery, const std::function<Result<void>(const Line&)>& visit) {
  Chain chain;
  const auto take = [&](std::int64_t number, std::string_view bytes, Json json) -> Result<void> {
    if (integer_of(json, "seq", -1) != number) {
      return damage(recovery, file_name, number, "its seq is not " + std::to_string(number));
    }
    if (text_of(json, "prev") != chain.head) {
      return damage(recovery, file_name, number, "its prev is not the hash of the line before: the chain is broken");
    }
    Line line{number, text_of(json, "event"), std::move(json), sha256_hex(bytes)};
    if (line.event.empty()) return damage(recovery, file_name, number, "it names no event");
    chain.head = line.hash;
    chain.records = number;
    return visit(line);
  };
  REQUEUE_TRY(const Scan scan, scan_lines(recovery, file_name, take));
  chain.torn = scan.torn;
  return chain;
}

Result<std::unique_ptr<Journal>> open(files::Tree& recovery, const Chain& chain) {
  REQUEUE_TRY(auto file, LineWriter::open(recovery, file_name, chain.torn));
  return std::make_unique<FileJournal>(std::move(file), chain);
}

}  // namespace requeue::journal
