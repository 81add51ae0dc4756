#include <algorithm>
#include <catch2/catch.hpp>

#include "mail/message.h"

using namespace requeue::mail;
using Addresses = std::vector<std::string>;

namespace {

Facts facts(std::string_view bytes) {
  return facts_of(parse_header_block(bytes));
}

std::string sender(std::string_view bytes) {
  const auto envelope = facts(bytes).headers;
  return envelope.sender_known ? envelope.null_sender ? "<>" : envelope.sender : "(unknown)";
}

}  // namespace

TEST_CASE("Recipients from To, Cc and Bcc, none twice") {
  const auto envelope = facts("From: f@x\nTo: a@x, b@x\nCc: B@x, c@x\nBcc: d@x\nTo: e@x\n\n").headers;
  CHECK(envelope.recipients == Addresses{"a@x", "b@x", "e@x", "c@x", "d@x"});
  CHECK(envelope.source == EnvelopeSource::headers);
  CHECK(facts("From: f@x\nSubject: none\n\n").headers.source == EnvelopeSource::none);
}

TEST_CASE("NUL inside an address makes no other address of it") {
  const auto with_nul = [](std::string bytes) {
    std::replace(bytes.begin(), bytes.end(), '#', '\0');
    return bytes;
  };
  const Addresses broken = {with_nul("kar#in@x"), "b@x"};
  CHECK(facts(with_nul("From: f@x\nTo: kar#in@x, b@x\n\n")).headers.recipients == broken);
  CHECK(facts(with_nul("From: f@x\nTo: <kar#in@x>, b@x\n\n")).headers.recipients == broken);
  const auto x = facts(with_nul("x-receiver: kar#in@x\nx-receiver: b@x\nFrom: f@x\n\n"));
  CHECK(x.x_headers.recipients == broken);
  CHECK(sender(with_nul("From: f#f@x\nTo: a@x\n\n")) == with_nul("f#f@x"));
  CHECK_FALSE(is_writable_address(broken.front()));
}

TEST_CASE("A stray CR inside an address makes no other address of it") {
  const std::string cut("kar\0", 4);
  CHECK(facts("From: f@x\nTo: kar\rin@x\nCc: b@x\n\n").headers.recipients == Addresses{cut, "b@x"});
  CHECK(facts("From: f@x\nTo: <kar\rin@x>\nCc: b@x\n\n").headers.recipients == Addresses{cut, "b@x"});
  CHECK(facts("x-receiver: kar\rin@x\nFrom: f@x\n\n").x_headers.recipients == Addresses{cut});
  CHECK_FALSE(is_writable_address(cut));
  CHECK(facts("From: f@x\rTo: a@x,\r b@x\rSubject: s\r\rbody").headers.recipients == Addresses{"a@x", "b@x"});
}

TEST_CASE("Resent recipients go before To, those of the newest block only") {
  const auto found = facts(
      "Received: hop 3\nResent-From: r@x\nResent-To: new@x\nDKIM-Signature: z\nResent-Cc: newcc@x\nReceived: hop 2\n"
      "Resent-To: old@x\nResent-Bcc: oldbcc@x\nReceived: hop 1\nFrom: f@x\nTo: a@x\n\n");
  CHECK(found.used_resent);
  CHECK(found.headers.recipients == Addresses{"new@x", "newcc@x"});
  CHECK(found.headers.sender == "r@x");
}

TEST_CASE("A field that comes again begins an older block of Resent fields") {
  const auto found = facts("Resent-From: r2@x\nResent-To: new@x\nResent-From: r1@x\nResent-Cc: old@x\nTo: a@x\n\n");
  CHECK(found.headers.recipients == Addresses{"new@x"});
  CHECK(found.headers.sender == "r2@x");
}

TEST_CASE("A Resent block without recipients leaves To in force") {
  const auto found = facts("Resent-From: r@x\nReceived: hop\nResent-To: old@x\nFrom: f@x\nTo: a@x\n\n");
  CHECK_FALSE(found.used_resent);
  CHECK(found.headers.recipients == Addresses{"a@x"});
  CHECK(found.headers.sender == "f@x");
}

TEST_CASE("The sender: Return-Path, Resent-Sender, Resent-From, Sender, From") {
  CHECK(sender("From: f@x, g@x\nTo: a@x\n\n") == "f@x");
  CHECK(sender("Sender: s@x\nFrom: f@x\nTo: a@x\n\n") == "s@x");
  CHECK(sender("Sender: s@x\nFrom: f@x\nTo: a@x\nReturn-Path: p@x\n\n") == "p@x");
  CHECK(sender("Return-Path: <p@x>\nFrom: f@x\nTo: a@x\n\n") == "p@x");
  CHECK(sender("Resent-From: r@x\nResent-To: b@x\nSender: s@x\nFrom: f@x\n\n") == "r@x");
  CHECK(sender("Resent-From: r@x\nResent-Sender: rs@x\nResent-To: b@x\nFrom: f@x\n\n") == "rs@x");
  CHECK(sender("Resent-To: b@x\nFrom: f@x\n\n") == "f@x");
  CHECK(sender("Sender:\nFrom: f@x\nTo: a@x\n\n") == "f@x");
  CHECK(sender("From: nobody here\nTo: a@x\n\n") == "(unknown)");
  CHECK(sender("From: undisclosed:;\nTo: a@x\n\n") == "(unknown)");
}

TEST_CASE("A null Return-Path, and several that differ") {
  const auto null = facts("Return-Path: < >\nFrom: f@x\nTo: a@x\n\n");
  CHECK(null.null_return_path);
  CHECK(null.headers.null_sender);
  CHECK(null.headers.sender_known);
  const auto differing = facts("Return-Path: <>\nFrom: f@x\nTo: a@x\nReturn-Path: p@x\n\n");
  CHECK(differing.differing_return_paths);
  CHECK_FALSE(differing.null_return_path);
  CHECK(differing.headers.sender == "f@x");
  const auto same = facts("Return-Path: <P@x>\nFrom: f@x\nTo: a@x\nReturn-Path: p@X\n\n");
  CHECK_FALSE(same.differing_return_paths);
  CHECK(same.headers.sender == "p@X");
}

TEST_CASE("Leading x-headers give the envelope") {
  const auto found = facts(
      "X-Sender: \"S\" <s@x>\r\nx-receiver: a@x\r\nX-RECEIVER: <b@x> ORCPT=rfc822;c@x\r\n"
      "x-receiver: A@x\r\nFrom: f@x\r\nTo: other@x\r\n\r\n");
  CHECK(found.x_headers.source == EnvelopeSource::x_headers);
  CHECK(found.x_headers.sender == "s@x");
  CHECK(found.x_headers.recipients == Addresses{"a@x", "b@x"});
  CHECK(found.headers.recipients == Addresses{"other@x"});
}

TEST_CASE("a second address on an x-receiver line was dropped, and so was a word behind the first") {
  const auto recipients = [](const std::string& line) {
    return facts("x-receiver: " + line + "\r\nFrom: f@x\r\n\r\n").x_headers.recipients;
  };
  CHECK(recipients("<a@x> <b@y>") == Addresses{"a@x", "b@y"});
  CHECK(recipients("<a@x> b@y") == Addresses{"a@x", "b@y"});
  CHECK(recipients("a@x, b@y") == Addresses{"a@x", "b@y"});
  // Held, since no such address can be written: a person looks at it.
  CHECK(recipients("a@x c") == Addresses{"a@x", "a@x c"});
  CHECK(recipients("<a@x> c!") == Addresses{"a@x", "<a@x> c!"});
  CHECK(recipients("<a@x> NOTIFY=NEVER ORCPT=rfc822;c@x SMTPUTF8") == Addresses{"a@x"});
  CHECK(recipients("a@x NOTIFY=NEVER") == Addresses{"a@x"});
  CHECK(recipients("A Name <a@x>") == Addresses{"a@x"});
  CHECK(recipients("<\"a b\"@x>") == Addresses{"\"a b\"@x"});
}

TEST_CASE(
    "an address behind a quoted name or a remark on an x-receiver line was dropped, and so was one before a bracket") {
  for (const auto* const line :
       {"\"a b\" <a@x> c@y", "<a@x> \"b\" c@y", "<a@x> (two) c@y d@z", "c@y <a@x>", "c@y Name <a@x>",
        "\"Name\" c@y <a@x>", "c@y <smtp:a@x>", "<a@x> \"oops for c@y", "<a@x> for \"Bob B\"@y c@y"}) {
    INFO(line);
    const auto found = facts(std::string("x-receiver: ") + line + "\r\nFrom: f@x\r\n\r\n").x_headers.recipients;
    const bool all = std::ranges::count(found, "c@y") == 1 && std::ranges::count(found, "a@x") == 1;
    CHECK((all || std::ranges::count(found, line) == 1));
  }
  for (const auto* const line : {"\"a@y, b\" <a@x>", "a@x (b@y (c@z))", "a@x <a@x>", "\"a b\" <a@x> (c@y)",
                                 "\"a \\\" b@y\" <a@x>", "Name (b@y) <a@x>", "<smtp:a@x>"}) {
    INFO(line);
    CHECK(facts(std::string("x-receiver: ") + line + "\r\nFrom: f@x\r\n\r\n").x_headers.recipients == Addresses{"a@x"});
  }
  for (const auto* const line : {"<\"john q\".public@x>", "\"a b\"@x", "\"Name\" <\"a@b\"@x>", "<a@[10.0.0.1]>"}) {
    INFO(line);
    CHECK(facts(std::string("x-receiver: ") + line + "\r\nFrom: f@x\r\n\r\n").x_headers.recipients.size() == 1);
  }
}

TEST_CASE("x-headers count only when they come first, and with a receiver") {
  CHECK(facts("Received: z\nx-receiver: a@x\nFrom: f@x\n\n").x_headers.source == EnvelopeSource::none);
  CHECK(facts("x-sender: s@x\nFrom: f@x\nx-receiver: a@x\n\n").x_headers.source == EnvelopeSource::none);
  CHECK(facts("x-receiver:\nFrom: f@x\n\n").x_headers.source == EnvelopeSource::none);
  CHECK(facts("\xEF\xBB\xBFx-receiver: a@x\nFrom: f@x\n\n").x_headers.recipients == Addresses{"a@x"});
}

TEST_CASE("The sender of x-headers may be null, or missing") {
  const auto null = facts("x-sender: <>\nx-receiver: a@x\nFrom: f@x\n\n").x_headers;
  CHECK(null.null_sender);
  CHECK(null.sender_known);
  const auto missing = facts("x-receiver: a@x\nFrom: f@x\n\n").x_headers;
  CHECK(missing.sender == "f@x");
  CHECK_FALSE(missing.null_sender);
}

TEST_CASE("An x-receiver that is no address is kept for a person to see") {
  const auto envelope = facts("x-receiver: Mary Smith\nx-receiver: a@x\nFrom: f@x\n\n").x_headers;
  CHECK(envelope.recipients == Addresses{"Mary Smith", "a@x"});
  CHECK_FALSE(is_writable_address(envelope.recipients[0]));
}

TEST_CASE("A recipient without a domain is noted") {
  CHECK(facts("From: f@x\nTo: root\n\n").recipient_without_domain);
  CHECK(facts("From: f@x\nTo: root\n\n").headers.recipients == Addresses{"root"});
  CHECK_FALSE(facts("From: f@x\nTo: a@x\n\n").recipient_without_domain);
}

TEST_CASE("The names of envelope sources") {
  CHECK(to_string(EnvelopeSource::override_) == "override");
  CHECK(to_string(EnvelopeSource::x_headers) == "x-headers");
  CHECK(to_string(EnvelopeSource::log) == "log");
  CHECK(to_string(EnvelopeSource::headers) == "headers");
  CHECK(to_string(EnvelopeSource::none).empty());
}
