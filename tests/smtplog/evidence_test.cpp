#include <catch2/catch.hpp>

#include "smtplog/evidence.h"
#include "support/corpus.h"
#include "support/temporary_folder.h"

using namespace requeue::smtplog;

namespace {

const std::string fields =
    "#Fields: date time c-ip cs-username s-sitename cs-method cs-uri-stem cs-uri-query sc-status";

void feed(Evidence& evidence, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    evidence.add_line(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
}

// "MAIL +FROM:<a@b> 250" of a host, a second after the one before.
std::string said(const std::vector<std::string>& lines, const std::string& host = "10.0.0.1 dev SMTPSVC1") {
  static int seconds = 0;
  std::string out;
  for (const auto& line : lines) {
    const auto method = line.substr(0, line.find(' '));
    const auto rest = line.substr(line.find(' '));
    seconds = (seconds + 1) % 60;
    out += "2026-11-24 02:00:" + std::string(seconds < 10 ? "0" : "") + std::to_string(seconds) + " " + host + " " +
           method + " -" + rest + "\n";
  }
  return out;
}

Evidence wanting(const std::vector<std::string>& ids) {
  Evidence evidence;
  for (const auto& id : ids) evidence.want(id, "s@x.org");
  evidence.begin_file();
  feed(evidence, fields + "\n");
  return evidence;
}

std::string list_of(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += one + ' ';
  return out;
}

}  // namespace

TEST_CASE("an address and what follows it", "[smtplog]") {
  CHECK(address_in("+FROM:+<a@b.org>") == "a@b.org");
  CHECK(address_in("FROM:<a@b.org>+SIZE=2884") == "a@b.org");
  CHECK(address_in("+From:a+tag@b.org+BODY=8BITMIME+SIZE=1") == "a+tag@b.org");
  CHECK(address_in("+to:+<a+tag@b.org>") == "a+tag@b.org");
  CHECK(address_in("MAIL+FROM") == std::nullopt);
  CHECK(address_in("TO:<@r1,@r2:a@b.org>+NOTIFY=NEVER") == "a@b.org");
  CHECK(address_in("FROM:<>") == "");
  CHECK(address_in("FROM:") == std::nullopt);
  CHECK(address_in("TO:<a@b.org") == "a@b.org");
  CHECK(size_in("FROM:<a@b>+SIZE=1722+BODY=7BIT") == 1722U);
  CHECK(size_in("FROM:<size=3@b>") == std::nullopt);
  CHECK(message_id_in("+<id@x>") == "id@x");
  CHECK(message_id_in("-").empty());
}

TEST_CASE("a session gives sender, recipients and who was refused", "[smtplog]") {
  auto evidence = wanting({"one@x", "two@x", "none@x"});
  feed(evidence, said({"EHLO +dev 250", "MAIL +FROM:<s@x.org>+SIZE=1 250", "RCPT +TO:<a@x.org> 250",
                       "RCPT +TO:b@y.org 250", "RCPT +TO:<A@X.org> 250", "RCPT +TO:<no@x.org> 550", "DATA +<one@x> 250",
                       "MAIL +FROM:<> 250", "RCPT +TO:<c@x.org> 250", "DATA <two@x> 250", "MAIL +FROM:<s@x.org> 250",
                       "RCPT +TO:<d@x.org> 250", "DATA +<none@x> 554", "QUIT - 240"}));
  const auto* one = evidence.submission("one@x");
  REQUIRE(one != nullptr);
  CHECK(one->certainty == Certainty::clear);
  CHECK(one->sender == "s@x.org");
  CHECK(list_of(one->recipients) == "a@x.org b@y.org ");
  CHECK(list_of(one->refused) == "no@x.org ");
  const auto* two = evidence.submission("two@x");
  REQUIRE(two != nullptr);
  CHECK(two->sender.empty());
  CHECK(list_of(two->recipients) == "c@x.org ");
  CHECK(evidence.submission("none@x") == nullptr);
  CHECK(evidence.unread() == 0);
}

TEST_CASE("what cannot be told apart is ambiguous", "[smtplog]") {
  const std::vector<std::string> mail = {"MAIL FROM:<s@x.org> 250", "RCPT TO:<a@x.org> 250"};
  SECTION("sessions of one host at once") {
    auto evidence = wanting({"one@x", "two@x", "later@x"});
    feed(evidence, said({mail[0], mail[0], mail[1], "RCPT TO:<b@x.org> 250", "DATA +<one@x> 250", "DATA +<two@x> 250",
                         mail[0], mail[1], "DATA +<later@x> 250"}));
    CHECK(evidence.submission("one@x")->certainty == Certainty::ambiguous);
    CHECK(evidence.submission("two@x")->certainty == Certainty::ambiguous);
    CHECK(evidence.submission("later@x")->certainty == Certainty::clear);
  }
  SECTION("a greeting in the middle of a transaction") {
    auto evidence = wanting({"one@x"});
    feed(evidence, said({mail[0], mail[1], "EHLO dev 250", "RCPT TO:<b@x.org> 250", "DATA +<one@x> 250"}));
    CHECK(evidence.submission("one@x")->certainty == Certainty::ambiguous);
  }
  SECTION("other hosts and other HELO names are other sessions") {
    auto evidence = wanting({"one@x", "two@x"});
    feed(evidence, said({mail[0], mail[1]}) + said({mail[0], "RCPT TO:<b@x.org> 250"}, "10.0.0.2 dev SMTPSVC1") +
                       said({"DATA +<one@x> 250"}) + said({"DATA +<two@x> 250"}, "10.0.0.2 dev SMTPSVC1"));
    CHECK(evidence.submission("one@x")->certainty == Certainty::clear);
    CHECK(list_of(evidence.submission("two@x")->recipients) == "b@x.org ");
  }
  SECTION("a log that begins in the middle") {
    auto evidence = wanting({"one@x"});
    feed(evidence, said({mail[1], "DATA +<one@x> 250"}));
    CHECK(evidence.submission("one@x")->certainty == Certainty::ambiguous);
  }
  SECTION("one Message-ID twice") {
    auto evidence = wanting({"one@x"});
    for (int i = 0; i < 2; ++i) feed(evidence, said({mail[0], mail[1], "DATA +<one@x> 250"}));
    CHECK(evidence.submission("one@x")->certainty == Certainty::repeated);
  }
  SECTION("no status: a refusal could not be seen") {
    Evidence evidence;
    evidence.want("one@x", "s@x.org");
    feed(evidence,
         "#Fields: c-ip cs-username s-sitename cs-method cs-uri-query\n10.0.0.1 dev S MAIL FROM:<s@x.org>\n"
         "10.0.0.1 dev S RCPT TO:<a@x.org>\n10.0.0.1 dev S DATA +<one@x>\n");
    CHECK(evidence.submission("one@x")->certainty == Certainty::ambiguous);
  }
  SECTION("a session that was cut off is over after ten minutes") {
    auto evidence = wanting({"one@x"});
    feed(evidence, "2026-11-24 01:00:00 10.0.0.1 dev SMTPSVC1 MAIL - FROM:<old@x.org> 250\n" +
                       said({mail[0], mail[1], "DATA +<one@x> 250"}));
    CHECK(evidence.submission("one@x")->certainty == Certainty::clear);
  }
}

TEST_CASE("fields change in the middle, a session goes on in the next file", "[smtplog]") {
  auto evidence = wanting({"one@x"});
  feed(evidence, said({"MAIL FROM:<s@x.org> 250"}));
  feed(evidence,
       "#Fields: sc-status cs-uri-query cs-method s-sitename cs-username c-ip time\n#Date: 2026-11-24 02:00:30\n"
       "250 TO:<a@x.org> rcpt SMTPSVC1 dev 10.0.0.1 02:01:00\nbroken line\n");
  evidence.begin_file();
  feed(evidence, fields + "\n" + said({"DATA +<one@x> 250"}));
  CHECK(evidence.submission("one@x")->certainty == Certainty::clear);
  CHECK(list_of(evidence.submission("one@x")->recipients) == "a@x.org ");
  CHECK(evidence.unread() == 1);
}

TEST_CASE("a recipient with a 250 for the content was delivered to", "[smtplog]") {
  const std::string host = "192.0.2.7";
  const auto command = [&](const std::string& line) {
    return said({line + " 0"}, host + " OutboundConnectionCommand S");
  };
  const auto response = [&](const std::string& text) {
    return said({"- " + text + " 0"}, host + " OutboundConnectionResponse S");
  };
  auto evidence = wanting({});
  evidence.want("", "s@x.org");
  SECTION("answers are taken in the order of the commands") {
    feed(evidence, response("220-mx") + response("220+mx") + command("EHLO me") + response("250-mx") +
                       response("250+SIZE") + command("MAIL FROM:<s@x.org>+SIZE=100") + command("RCPT TO:<a@y.org>") +
                       command("RCPT TO:<b@y.org>") + command("DATA -") + response("250+ok") + response("250+ok") +
                       response("550+no") + response("354+go") + response("250+queued") + command("QUIT -") +
                       response("221+bye"));
    const auto* delivered = evidence.deliveries("S@x.org", "a@Y.org");
    REQUIRE(delivered != nullptr);
    CHECK(delivered->front().size == 100U);
    CHECK(delivered->front().time);
    CHECK(evidence.deliveries("s@x.org", "b@y.org") == nullptr);
  }
  SECTION("refused content is no delivery, nor is a sender that nobody asks for") {
    feed(evidence, command("MAIL FROM:<s@x.org>") + response("250+ok") + command("RCPT TO:<a@y.org>") +
                       response("250+ok") + command("DATA -") + response("354+go") + response("451+later") +
                       command("MAIL FROM:<other@x.org>") + response("250+ok") + command("RCPT TO:<a@y.org>") +
                       response("250+ok") + command("DATA -") + response("354+go") + response("250+ok"));
    CHECK(evidence.deliveries("s@x.org", "a@y.org") == nullptr);
    CHECK(evidence.deliveries("other@x.org", "a@y.org") == nullptr);
  }
  SECTION("two connections to one host at once prove nothing") {
    feed(evidence, response("220+mx") + response("220+mx") + command("MAIL FROM:<s@x.org>") + response("250+ok") +
                       command("RCPT TO:<a@y.org>") + response("250+ok") + command("DATA -") + response("354+go") +
                       response("250+ok"));
    CHECK(evidence.deliveries("s@x.org", "a@y.org") == nullptr);
  }
}

TEST_CASE("what the next hop answers to a certain sender and recipient, good or not", "[smtplog]") {
  const std::string host = "192.0.2.7";
  const auto command = [&](const std::string& line) {
    return said({line + " 0"}, host + " OutboundConnectionCommand S");
  };
  const auto response = [&](const std::string& text) {
    return said({"- " + text + " 0"}, host + " OutboundConnectionResponse S");
  };
  const auto begin = response("220+mx") + command("EHLO me") + response("250+mx");
  const auto mail = command("MAIL FROM:<S@x.org>") + response("250+ok");
  const auto both =
      command("RCPT TO:<a@Y.org>") + response("250+ok") + command("RCPT TO:<b@y.org>") + response("250+ok");
  const auto content = command("DATA -") + response("354+go");
  Evidence evidence;
  evidence.want_answers("s@x.org", "a@y.org");
  evidence.begin_file();
  feed(evidence, fields + "\n");
  const auto answers = [&](const std::string& lines) {
    feed(evidence, lines);
    std::string out;
    for (const auto& one : evidence.answers()) {
      out += one.command + " " + std::to_string(one.code) + " " + one.host + (one.mixed ? " mixed" : "") +
             (one.time ? "" : " undated") + ";";
    }
    return out;
  };
  SECTION("taken in") {
    CHECK(answers(begin + mail + both + content + response("250+queued")) == "DATA 250 192.0.2.7;");
  }
  SECTION("put off at MAIL") {
    CHECK(answers(begin + command("MAIL FROM:<s@x.org>") + response("421+4.7.0+[TSS04]")) == "MAIL 421 192.0.2.7;");
  }
  SECTION("refused at RCPT, which the other recipient is none of our business") {
    CHECK(answers(begin + mail + command("RCPT TO:<b@y.org>") + response("550+no") + command("RCPT TO:<a@y.org>") +
                  response("451+later")) == "RCPT 451 192.0.2.7;");
  }
  SECTION("refused at DATA, and at the content") {
    CHECK(answers(begin + mail + both + command("DATA -") + response("554+no")) == "DATA 554 192.0.2.7;");
  }
  SECTION("refused at the content") {
    CHECK(answers(begin + mail + both + content + response("552+5.3.4+too+large")) == "DATA 552 192.0.2.7;");
  }
  SECTION("other senders and recipients are not asked about") {
    CHECK(answers(begin + command("MAIL FROM:<t@x.org>") + response("250+ok") + both + content + response("250+ok"))
              .empty());
    CHECK(answers(begin + mail + command("RCPT TO:<b@y.org>") + response("250+ok") + content + response("550+no"))
              .empty());
  }
  SECTION("two connections to one host at once") {
    CHECK(answers(begin + response("220+mx") + mail + both + content + response("250+ok")) ==
          "DATA 250 192.0.2.7 mixed;");
  }
}

TEST_CASE("logs of a real service, in both formats", "[smtplog]") {
  const auto corpus = requeue::tests::corpus_or_skip();
  if (corpus.empty()) return;
  Evidence evidence;
  const std::string generated = "MEE-PDCfSDGAIXWb9DY00001e05@mee-pdc.meelift.com";
  for (const auto* const id : {"4F5002F2.860022@web.de", generated.c_str(), "10100.marigold@cleat"}) {
    evidence.want(id, "pbourque@meelift.com");
  }
  for (const auto* const name : {"ossec-iis5-w3c-2006-inbound.log", "ossec-iis5-ncsa-2006-outbound.log"}) {
    evidence.begin_file();
    feed(evidence, requeue::tests::read(boost::filesystem::path(corpus) / "iis-logs" / name));
  }
  CHECK(evidence.unread() == 0);
  const auto* spam = evidence.submission("4F5002F2.860022@web.de");
  REQUIRE(spam != nullptr);
  CHECK(spam->certainty == Certainty::clear);
  CHECK(spam->sender == "EldonpyzWestoncusk@sbcglobal.net");
  CHECK(list_of(spam->recipients) == "pamb@meelift.com ");
  REQUIRE(evidence.submission(generated) != nullptr);
  CHECK(list_of(evidence.submission(generated)->recipients) == "dbveto@meelift.com ");
  const auto* many = evidence.submission("10100.marigold@cleat");
  REQUIRE(many != nullptr);
  CHECK(list_of(many->recipients) ==
        "s-r_kke@meelift.com s-r_mke@meelift.com dbveto@meelift.com pamb@meelift.com tom@meelift.com "
        "tkappers@meelift.com ");
  const auto* delivered = evidence.deliveries("pbourque@meelift.com", "kbee923@aol.com");
  REQUIRE(delivered != nullptr);
  CHECK(delivered->front().time == 1160594224);  // 2006-10-11 19:17:04 UTC
}
