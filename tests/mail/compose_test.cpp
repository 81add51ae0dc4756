#include <catch2/catch.hpp>

#include "core/digest.h"
#include "mail/compose.h"
#include "mail/memory_stream.h"
#include "mail/written_form.h"

using namespace requeue;
using namespace requeue::mail;
using namespace requeue::tests;

namespace {

Envelope envelope(std::vector<std::string> recipients = {"a@x", "b@x"}) {
  Envelope made;
  made.sender = "s@x";
  made.sender_known = true;
  made.recipients = std::move(recipients);
  return made;
}

std::string written(std::string_view source, const Envelope& to = envelope(), const ComposeOptions& options = {},
                    std::size_t piece = 1U << 20U) {
  MemoryReader reader(source, piece);
  MemoryWriter writer;
  const auto composed = compose(reader, to, options, writer);
  REQUIRE(composed);
  CHECK(composed->size == writer.written.size());
  CHECK(composed->sha256 == sha256_hex(writer.written));
  return writer.written;
}

const std::string head = "x-sender: s@x\r\nx-receiver: a@x\r\nx-receiver: b@x\r\n";

}  // namespace

TEST_CASE("The envelope stands first, then the message's own bytes") {
  const std::string source = "From: f@x\nTo: \xE4@x\r\n odd\nnot a field\n\nbody\r\nmore\n\rend";
  CHECK(written(source) == head + source);
}

TEST_CASE("A null sender is written as such") {
  auto null = envelope({"a@x"});
  null.null_sender = true;
  null.sender.clear();
  CHECK(written("From: f@x\n\n", null) == "x-sender: <>\r\nx-receiver: a@x\r\nFrom: f@x\n\n");
}

TEST_CASE("Leading x-headers go, later ones stay") {
  CHECK(written("X-Sender: o@x\r\nX-Receiver: p@x\r\n\tfolded\r\nFrom: f@x\r\nx-receiver: kept@x\r\n\r\n") ==
        head + "From: f@x\r\nx-receiver: kept@x\r\n\r\n");
  CHECK(written("\xEF\xBB\xBFx-sender: o@x\nFrom: f@x\n\n") == head + "From: f@x\n\n");
  CHECK(written("\xEF\xBB\xBF"
                "From: f@x\n\n") == head +
                                        "\xEF\xBB\xBF"
                                        "From: f@x\n\n");
}

TEST_CASE("Bcc and Resent-Bcc go with their continuation lines, nothing else does") {
  CHECK(written("From: f@x\r\nBCC: p@x,\r\n q@x\r\n\t\r\nTo: a@x\r\nResent-Bcc:\r\nbcc : r@x\r\nX-Bcc: "
                "kept\r\n\r\nBcc: body\r\n") == head + "From: f@x\r\nTo: a@x\r\nX-Bcc: kept\r\n\r\nBcc: body\r\n");
  CHECK(written("Bcc: p@x\rFrom: f@x\rBcc: q@x\r\rBcc: body\r") == head + "From: f@x\r\rBcc: body\r");
  CHECK(written("From: f@x\nBcc: p@x") == head + "From: f@x\n");
  CHECK(written("From a@b Mon\nBcc: p@x\nFrom: f@x\n\n") == head + "From a@b Mon\nFrom: f@x\n\n");
}

TEST_CASE("Each line of the source that starts with a dot gets another") {
  CHECK(written(".From: f@x\n..x: y\n\n.\r\n..\r\na.b\r.c\n.") ==
        head + "..From: f@x\n...x: y\n\n..\r\n...\r\na.b\r.c\n..");
  ComposeOptions options;
  options.dot_stuff = false;
  CHECK(written("From: f@x\n\n.\n", envelope(), options) == head + "From: f@x\n\n.\n");
}

TEST_CASE("What is written does not depend on the borders of what is read") {
  const std::string source = "x-receiver: z@x\r\nFrom: f@x\r\nBcc: p@x\r\n q\r\n\r\n.one\r\n\r\n..two\n.\n\r.";
  for (std::size_t piece = 1; piece <= source.size(); ++piece)
    CHECK(written(source, envelope(), {}, piece) == written(source));
}

TEST_CASE("Taken back as the service does, the source is left less what was removed") {
  for (const std::string source :
       {"From: f@x\n\n.dots\n..\n", "x-sender: o@x\nx-receiver: p@x\nFrom: f@x\nBcc: q@x\n r\n\n.", "", "\n", ".\n",
        "no header\n.here\nBcc: x\n\n", "From: f@x\r\nResent-Bcc: q\r\n\r\nbody\r\n"}) {
    CHECK(taken_back(written(source)) == without_removed(source));
  }
}

TEST_CASE("Plain, and as found, copy the file") {
  const std::string source = "x-sender: o@x\nx-receiver: p@x\nBcc: q@x\n\n.dot\n";
  ComposeOptions plain;
  plain.target = Target::plain;
  CHECK(written(source, Envelope{}, plain) == source);
  ComposeOptions found;
  found.as_found = true;
  CHECK(written(source, Envelope{}, found) == source);
}

TEST_CASE("A From can be added from the sender") {
  ComposeOptions options;
  options.add_from = true;
  CHECK(written("To: a@x\n\n", envelope(), options) == head + "From: <s@x>\r\nTo: a@x\n\n");
  auto null = envelope();
  null.null_sender = true;
  MemoryReader reader("To: a@x\n\n");
  MemoryWriter writer;
  CHECK_FALSE(compose(reader, null, options, writer));
}

TEST_CASE("An address that could break the lines is never written") {
  for (const auto& bad :
       {std::string("a@x\r\nx-receiver: evil@x"), std::string("a\n"), std::string("a\0b", 3), std::string()}) {
    MemoryWriter writer;
    MemoryReader first("From: f@x\n\n");
    CHECK_FALSE(compose(first, envelope({"ok@x", bad}), {}, writer));
    auto sender = envelope();
    sender.sender = bad;
    MemoryReader second("From: f@x\n\n");
    CHECK_FALSE(compose(second, sender, {}, writer));
    CHECK(writer.written.empty());
  }
  MemoryWriter writer;
  MemoryReader reader("From: f@x\n\n");
  CHECK_FALSE(compose(reader, envelope({}), {}, writer));
  CHECK(writer.written.empty());
}

TEST_CASE("Errors of the disk are handed on") {
  MemoryWriter writer;
  BrokenReader broken;
  CHECK_FALSE(compose(broken, envelope(), {}, writer));
  MemoryReader reader("From: f@x\n\n");
  BrokenWriter full;
  const auto composed = compose(reader, envelope(), {}, full);
  REQUIRE_FALSE(composed);
  CHECK(composed.error().why == "no space");
}

TEST_CASE("A dot at the start of a line is found") {
  const auto has = [](std::string_view bytes, std::size_t piece) {
    MemoryReader reader(bytes, piece);
    return has_leading_dot(reader).value();
  };
  for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
    CHECK(has(".x", piece));
    CHECK(has("a\r\n.x", piece));
    CHECK_FALSE(has("a.\r.x\n x.", piece));
    CHECK_FALSE(has("", piece));
  }
}

TEST_CASE("Options pass through the journal, and damage is not taken for a default") {
  ComposeOptions options{Target::plain, false, true};
  options.add_from = true;
  const auto back = compose_options_of(to_json(options));
  REQUIRE(back);
  CHECK(back->target == Target::plain);
  CHECK_FALSE(back->dot_stuff);
  CHECK(back->as_found);
  CHECK(back->add_from);
  CHECK(compose_options_of(to_json(ComposeOptions{}))->target == Target::iis);
  CHECK_FALSE(compose_options_of(Json::array()));
  CHECK_FALSE(compose_options_of(Json::object()));
  CHECK_FALSE(compose_options_of(Json{{"target", "other"}, {"dot_stuff", true}, {"as_found", false}}));
  CHECK_FALSE(compose_options_of(Json{{"target", "iis"}, {"dot_stuff", "yes"}, {"as_found", false}}));
}

TEST_CASE("An x-receiver behind a Bcc stood among ours once the Bcc was removed, and the service sent to it") {
  CHECK(written("Bcc: c@x\r\n d@x\r\nx-receiver: e@x\r\nX-Sender : g@x\r\nTo: a@x\r\nx-receiver: h@x\r\n\r\nbody") ==
        head + "To: a@x\r\nx-receiver: h@x\r\n\r\nbody");
  CHECK(written("x-receiver: e@x\r\nResent-Bcc: c@x\r\nx-receiver: f@x\r\n\r\nbody") == head + "\r\nbody");
}
