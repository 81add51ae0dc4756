// The message as it goes through SMTP.
#include "mail/smtp_body.h"

#include <catch2/catch.hpp>

using namespace requeue;
using namespace requeue::mail;

namespace {

// In pieces of one size, so that nothing depends on where a piece ends.
class Pieces final : public ByteReader {
 public:
  Pieces(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = text_.copy(buffer, std::min(size, piece_), at_);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

struct Sent {
  std::string text;
  bool changed = false, eight_bit = false;
};

Sent sent(const std::string& source, bool unstuff = false, bool add_from = false) {
  Sent whole;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{100000}}) {
    Pieces pieces(source, piece);
    ComposeOptions options;
    options.target = Target::smtp;
    options.unstuff = unstuff;
    options.add_from = add_from;
    Envelope envelope;
    envelope.sender = "a@x.org";
    const auto body = open_smtp_body(pieces, envelope, options);
    REQUIRE(body);
    Sent now;
    std::string buffer(7, '\0');
    for (;;) {
      const auto count = (*body)->read(buffer.data(), buffer.size());
      REQUIRE(count);
      if (*count == 0) break;
      now.text += buffer.substr(0, *count);
    }
    now.changed = (*body)->changed_line_ends();
    now.eight_bit = (*body)->eight_bit();
    if (piece != 1) CHECK(now.text == whole.text);
    whole = now;
  }
  return whole;
}

}  // namespace

TEST_CASE("x-headers and blind copies stay here, everything else goes as it is", "[smtp]") {
  const auto out =
      sent("x-sender: a@x\r\nX-Receiver: b@x\r\nFrom: a@x\r\nBcc: secret@x\r\n more@x\r\nTo: b@x\r\n\r\n.a\r\n");
  CHECK(out.text == "From: a@x\r\nTo: b@x\r\n\r\n.a\r\n");
  CHECK_FALSE(out.changed);
  CHECK_FALSE(out.eight_bit);
  CHECK(sent("From: a@x\r\n\r\nH\xE9\r\n").eight_bit);
}

TEST_CASE("every line ends in CRLF, the last too, and that is told", "[smtp]") {
  CHECK(sent("From: a@x\n\nb\nc").text == "From: a@x\r\n\r\nb\r\nc\r\n");
  CHECK(sent("From: a@x\n\nb\nc").changed);
  CHECK(sent("From: a@x\r\r\nTo: b@x\r\r\n\r\r\nb\r\r\n").text == "From: a@x\r\nTo: b@x\r\n\r\nb\r\n");
  CHECK(sent("From: a@x\r\n\r\na\rb\r\r").text == "From: a@x\r\n\r\na\r\nb\r\n\r\n");
  CHECK(sent("From: a@x\r\n\r\nb").changed);
  CHECK(sent("From: a@x").text == "From: a@x\r\n");
  CHECK(sent("From: a@x\rTo: b@x\r\rbody\r").text == "From: a@x\r\nTo: b@x\r\n\r\nbody\r\n");
}

TEST_CASE("a stray CR opens no field, ends no block, and shows no blind copy", "[smtp]") {
  const auto out = sent("From: a@x\r\nSubject: one\rtwo\r\rBcc: secret@x\r\nTo: b@x\r\n\r\nbody\r\n");
  CHECK(out.text.find("secret") == std::string::npos);
  CHECK(out.text == "From: a@x\r\nSubject: one\r\n two\r\nTo: b@x\r\n\r\nbody\r\n");
  CHECK(out.changed);
}

TEST_CASE("the dots that Pickup would take away go, and only those", "[smtp]") {
  CHECK(sent("From: a@x\r\n\r\n..a\r\n.\r\nb.\r\n", true).text == "From: a@x\r\n\r\n.a\r\n\r\nb.\r\n");
  CHECK(sent("From: a@x\r\n\r\n..a\r\n").text == "From: a@x\r\n\r\n..a\r\n");
}

TEST_CASE("a From that was added stands first", "[smtp]") {
  CHECK(sent("To: b@x\r\n\r\n", false, true).text == "From: <a@x.org>\r\nTo: b@x\r\n\r\n");
}

TEST_CASE("its options stand in the record, and read back are the same", "[smtp]") {
  ComposeOptions options;
  options.target = Target::smtp;
  options.unstuff = true;
  const auto read = compose_options_of(to_json(options));
  REQUIRE(read);
  CHECK(read->target == Target::smtp);
  CHECK(read->unstuff);
  CHECK_FALSE(to_json(ComposeOptions{}).contains("unstuff"));
}
