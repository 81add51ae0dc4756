#include "mail/smtp_body.h"

#include <algorithm>
#include <vector>

#include "mail/header_lines.h"

namespace requeue::mail {
namespace {

constexpr std::size_t read_size = 64U << 10U;

// Bytes in, lines that end in CRLF out.
class LineEnds {
 public:
  LineEnds(std::string& out, bool unstuff) : out_(out), unstuff_(unstuff) {}

  void add(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\r') {
        ++returns_;
      } else if (c == '\n') {
        changed_ = changed_ || returns_ != 1;
        returns_ = 0;
        end_line();
      } else {
        end_lone_returns();
        put(c);
      }
    }
  }
  void finish() {
    end_lone_returns();
    if (at_line_start_) return;
    changed_ = true;
    end_line();
  }
  // What was added ends in a lone CR.
  void end_stray() {
    add("\n");
    changed_ = true;
  }
  [[nodiscard]] bool changed() const { return changed_; }
  [[nodiscard]] bool eight_bit() const { return eight_bit_; }

 private:
  void put(char c) {
    const bool drop = unstuff_ && at_line_start_ && c == '.';
    at_line_start_ = false;
    eight_bit_ = eight_bit_ || static_cast<unsigned char>(c) > 0x7F;
    if (!drop) out_ += c;
  }
  void end_line() {
    out_ += "\r\n";
    at_line_start_ = true;
  }
  void end_lone_returns() {
    changed_ = changed_ || returns_ != 0;
    for (; returns_ > 0; --returns_) end_line();
  }

  std::string& out_;
  bool unstuff_;
  std::size_t returns_ = 0;
  bool at_line_start_ = true;
  bool changed_ = false;
  bool eight_bit_ = false;
};

class Body final : public SmtpBody {
 public:
  Body(ByteReader& source, const ComposeOptions& options)
      : source_(source), lines_(ready_, options.unstuff), buffer_(read_size) {}

  void begin(std::string_view added, std::string_view block, std::string_view rest) {
    lines_.add(added);
    add_block(block);
    lines_.add(rest);
  }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    while (taken_ == ready_.size() && !ended_) REQUEUE_CHECK(read_more());
    const auto count = std::min(size, ready_.size() - taken_);
    std::copy_n(ready_.data() + taken_, count, buffer);
    taken_ += count;
    return count;
  }
  [[nodiscard]] bool eight_bit() const override { return lines_.eight_bit(); }
  [[nodiscard]] bool changed_line_ends() const override { return lines_.changed(); }

 private:
  Result<void> read_more() {
    ready_.clear();
    taken_ = 0;
    REQUEUE_TRY(const std::size_t count, source_.read(buffer_.data(), buffer_.size()));
    ended_ = count == 0;
    if (ended_) {
      lines_.finish();
    } else {
      lines_.add({buffer_.data(), count});
    }
    return {};
  }

  // Field by field, so that a stray CR opens no field and ends no block that was none before.
  void add_block(std::string_view block) {
    FieldCursor cursor(block);
    bool cut = false;
    for (auto field = cursor.next(); field; field = cursor.next()) {
      if (field->whole == "\r") continue;
      if (cut && field->name.empty()) lines_.add(" ");
      cut = field->cut;
      lines_.add(field->whole);
      if (field->whole.ends_with('\r')) lines_.end_stray();
    }
    const auto rest = block.substr(cursor.position());
    if (!rest.empty()) lines_.add(rest.ends_with('\n') ? rest : std::string_view("\r\n"));
  }

  ByteReader& source_;
  std::string ready_;
  std::size_t taken_ = 0;
  LineEnds lines_;
  std::vector<char> buffer_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<SmtpBody>> open_smtp_body(ByteReader& source, const Envelope& envelope,
                                                 const ComposeOptions& options) {
  std::string rest;
  REQUEUE_TRY(const HeaderBlock block, read_raw_header_block(source, &rest, longest_sent_header));
  if (!block.complete) {
    return failure(Exit::failed, "cannot make a message ready for SMTP", {}, "its header block has no end within 64 MB",
                   "It was not sent; the message stays in the snapshot.");
  }
  auto body = std::make_unique<Body>(source, options);
  body->begin(options.add_from ? added_from(envelope) : std::string(), sent_fields(block.raw), rest);
  return body;
}

}  // namespace requeue::mail
