// The protocol against a server that is a script: what is said, and what each answer and each break means.
#include "submission/dialogue.h"

#include <catch2/catch.hpp>
#include <deque>

#include "submission/dots.h"

using namespace requeue;
using namespace requeue::submission;

namespace {

const std::string silence = "silence";

// Answers in turn, one for each line or message that is sent; "" breaks the connection. In a silence Ctrl-C is pressed
// before each look, and the answer behind it comes after so many.
struct Script {
  unsigned presses = 0, looks = 1000;
  std::vector<std::string> told;
  std::deque<std::string> answers;
  std::string said;
  bool dropped = false;
};

class ScriptedChannel final : public Channel {
 public:
  explicit ScriptedChannel(Script& script) : script_(script) {}
  Result<void> send(std::string_view bytes) override {
    script_.said += bytes;
    return {};
  }
  Result<std::string> receive(std::chrono::seconds timeout) override {
    if (script_.answers.empty() || script_.answers.front().empty())
      return failure(Exit::failed, "broke", {}, "it broke");
    auto answer = script_.answers.front();
    script_.answers.pop_front();
    if (answer != silence) return answer;
    for (unsigned look = 0; look < script_.looks; ++look) {
      ++script_.presses;
      if (!goes_on(std::chrono::seconds(599))) return wait_ended();
    }
    return receive(timeout);
  }
  void drop() override { script_.dropped = true; }
  [[nodiscard]] std::string own_name() const override { return "[192.0.2.1]"; }

 private:
  Script& script_;
};

class Text final : public ByteReader {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = text_.copy(buffer, size, at_);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Talk {
  Script script;
  std::unique_ptr<Dialogue> dialogue;
  bool permitted = false;

  explicit Talk(std::deque<std::string> answers,
                const std::string& ehlo = "250-me\r\n250-SIZE 1000\r\n250 8BITMIME\r\n") {
    script.answers = {ehlo, "250 ok\r\n"};
    dialogue = std::make_unique<Dialogue>(std::make_unique<ScriptedChannel>(script), interruption());
    REQUIRE(dialogue->greet());
    script.said.clear();
    script.answers = std::move(answers);
  }
  Interruption interruption() {
    return {[this] { return script.presses; }, [this](std::string_view line) { script.told.emplace_back(line); }};
  }
  Submitted send(std::vector<std::string> to = {"b@x.org", "c@x.org"},
                 const std::string& body = "A: b\r\n\r\n.dot\r\n") {
    Text text(body);
    const Letter letter{"a@x.org", std::move(to), body.size(), true, text};
    auto submitted = dialogue->send(letter, [&](const auto&) -> Result<void> {
      permitted = true;
      CHECK(script.said.find("DATA") == std::string::npos);
      return {};
    });
    REQUIRE(submitted);
    return *submitted;
  }
};

const std::string yes = "250 ok\r\n";

}  // namespace

TEST_CASE("a message goes out with its envelope, its size and its dots, and the server's answer is kept") {
  Talk talk({yes, yes, yes, "354 go\r\n", "250-2.0.0\r\n250 queued as 4711\r\n"});
  const auto submitted = talk.send();
  CHECK(submitted.standing == Standing::accepted);
  CHECK(submitted.answer.text == "2.0.0 queued as 4711");
  CHECK(submitted.recipients.size() == 2);
  CHECK(talk.script.said ==
        "MAIL FROM:<a@x.org> SIZE=14 BODY=8BITMIME\r\nRCPT TO:<b@x.org>\r\nRCPT TO:<c@x.org>\r\nDATA\r\n"
        "A: b\r\n\r\n..dot\r\n.\r\n");
}

TEST_CASE("what is not offered is not asked for") {
  Talk talk({yes, yes, "354 go\r\n", yes}, "250 me\r\n");
  CHECK(talk.send({"b@x.org"}).standing == Standing::accepted);
  CHECK(talk.script.said.find("MAIL FROM:<a@x.org>\r\n") == 0);
}

TEST_CASE("who is refused is told apart, and the others get the message") {
  Talk talk({yes, "550 5.1.1 unknown\r\n", yes, "354 go\r\n", yes});
  const auto submitted = talk.send();
  CHECK(submitted.standing == Standing::accepted);
  CHECK(submitted.recipients[0].code == 550);
  CHECK(submitted.recipients[0].text == "5.1.1 unknown");
  CHECK(submitted.recipients[1].is_yes());
}

TEST_CASE("a recipient that is put off keeps the message back from all, so that nobody is left out") {
  Talk talk({yes, yes, "450 greylisted\r\n", yes});
  const auto submitted = talk.send();
  CHECK(submitted.standing == Standing::deferred);
  CHECK(submitted.answer.code == 450);
  CHECK_FALSE(talk.permitted);
  CHECK(talk.script.said.ends_with("RSET\r\n"));
}

TEST_CASE("a no to sender, all recipients, DATA or the message is a no, and the next message begins clean") {
  struct Case {
    std::deque<std::string> answers;
    bool permitted;
  };
  for (const auto& one :
       {Case{{"550 no\r\n", yes}, false}, Case{{yes, "550 no\r\n", "551 no\r\n", yes}, false},
        Case{{yes, yes, yes, "554 no\r\n", yes}, true}, Case{{yes, yes, yes, "354 go\r\n", "552 no\r\n"}, true}}) {
    Talk talk(one.answers);
    const auto submitted = talk.send();
    CHECK(submitted.standing == Standing::refused);
    CHECK(submitted.answer.code >= 550);
    CHECK(talk.permitted == one.permitted);
    CHECK_FALSE(talk.dialogue->broken());
  }
}

TEST_CASE("a break before anything of the message went out is no doubt; one after it is") {
  for (std::size_t answers = 0; answers < 4; ++answers) {
    Talk talk({});
    for (std::size_t i = 0; i < answers; ++i) talk.script.answers.push_back(yes);
    INFO(answers);
    CHECK(talk.send().standing == Standing::lost);
    CHECK(talk.dialogue->broken());
    CHECK(talk.script.dropped);
  }
  Talk talk({yes, yes, yes, "354 go\r\n"});
  CHECK(talk.send().standing == Standing::unanswered);
}

TEST_CASE("an answer that cannot be read after the message is no yes") {
  for (const auto* const odd : {"what\r\n", "99 no\r\n", "250-a\r\n550 b\r\n", "354 again\r\n", "2500\n"}) {
    Talk talk({yes, yes, yes, "354 go\r\n", odd});
    INFO(odd);
    if (std::string(odd) == "2500\n") {
      CHECK(talk.send().standing == Standing::accepted);  // the fourth byte is any that is no hyphen
    } else {
      CHECK(talk.send().standing == Standing::unanswered);
    }
  }
}

TEST_CASE("one answer too many is never taken for the next one's") {
  Talk talk({yes, "250 ok\r\n250 ok\r\n", yes, "354 go\r\n", yes});
  CHECK(talk.send().standing == Standing::lost);
  Talk early({yes, yes, yes, "354 go\r\n250 taken before it was sent\r\n"});
  CHECK(early.send().standing == Standing::lost);
}

TEST_CASE("no address begins another command") {
  for (const auto* const bad : {"b@x.org>\r\nDATA", "b@x.org\nQUIT", "<b@x.org>"}) {
    Talk talk({yes, yes, yes});
    CHECK(talk.send({bad}).standing == Standing::refused);
    CHECK(talk.script.said.empty());
  }
  Talk talk({yes, yes});
  CHECK(talk.send({"b\xC3\xBC@x.org"}).standing == Standing::refused);
  Talk takes({yes, yes, "354 go\r\n", yes}, "250 SMTPUTF8\r\n");
  CHECK(takes.send({"b\xC3\xBC@x.org"}).standing == Standing::accepted);
  CHECK(takes.script.said.find(" SMTPUTF8\r\n") != std::string::npos);
}

TEST_CASE("a record that cannot be written keeps the message here") {
  Talk talk({yes, yes, yes});
  Text text("A: b\r\n");
  const Letter letter{"", {"b@x.org"}, 6, false, text};
  const auto submitted =
      talk.dialogue->send(letter, [](const auto&) -> Result<void> { return failure(Exit::failed, "full"); });
  CHECK_FALSE(submitted);
  CHECK(talk.script.said == "MAIL FROM:<> SIZE=6\r\nRCPT TO:<b@x.org>\r\nRSET\r\n");
}

TEST_CASE("dots are doubled wherever any server may see a line begin, across pieces") {
  const std::string text = ".a\r\n.\r\nb.\r\r.c\n.d";
  std::string whole;
  {
    DotDoubler dots;
    whole = dots.doubled(text);
    CHECK(dots.end() == "\r\n.\r\n");
  }
  CHECK(whole == "..a\r\n..\r\nb.\r\r..c\n..d");
  DotDoubler dots;
  std::string pieces;
  for (const char c : text) pieces += dots.doubled(std::string_view(&c, 1));
  CHECK(pieces == whole);
  DotDoubler ended;
  static_cast<void>(ended.doubled("a\r\n"));
  CHECK(ended.end() == ".\r\n");
}

TEST_CASE("a server is a host and a port, and nothing that a URL could be made of") {
  const auto named = server_of("mail.example.com:587");
  REQUIRE(named);
  CHECK(named->host == "mail.example.com");
  CHECK(named->port == 587);
  REQUIRE(server_of("[::1]:25"));
  CHECK(to_string(*server_of("[::1]:25")) == "[::1]:25");
  for (const auto* const bad : {"", "host", ":25", "host:", "host:0", "host:65536", "host:25x", "a/b:25", "a@b:25",
                                "a b:25", "-a:25", "::1:25", "[x]:25"}) {
    INFO(bad);
    CHECK_FALSE(server_of(bad));
  }
  CHECK(usual_tls("127.0.0.1") == Tls::off);
  CHECK(usual_tls("::1") == Tls::off);
  CHECK(usual_tls("127.0.0.1.example.com") == Tls::required);
  CHECK(usual_tls("mail.example.com") == Tls::required);
}

TEST_CASE("by SMTP, Ctrl-C was not heard while the server was silent after the end of a message", "[interrupted]") {
  Talk talk({yes, yes, yes, "354 go\r\n", silence, yes});
  SECTION("the first one is told what is awaited, and the answer is taken when it comes") {
    talk.script.looks = 1;
    const auto submitted = talk.send();
    CHECK(submitted.standing == Standing::accepted);
    CHECK_FALSE(talk.script.dropped);
  }
  SECTION("one more ends the wait, and the server may have the message") {
    const auto submitted = talk.send();
    CHECK(submitted.standing == Standing::unanswered);
    CHECK(submitted.given_up);
    CHECK(submitted.why.find("Ctrl-C") != std::string::npos);
    CHECK(talk.script.dropped);
    CHECK(talk.script.presses == 2);
  }
  REQUIRE(talk.script.told.size() == 1);
  CHECK(talk.script.told[0].find("up to 599 more seconds") != std::string::npos);
  CHECK(talk.script.told[0].find("in doubt") != std::string::npos);
}

TEST_CASE("a wait that is ended before anything of the message went out leaves it unsent", "[interrupted]") {
  Talk talk({yes, silence});
  const auto submitted = talk.send();
  CHECK(submitted.standing == Standing::lost);
  CHECK(submitted.given_up);
  CHECK_FALSE(talk.permitted);
  REQUIRE(talk.script.told.size() == 1);
  CHECK(talk.script.told[0].find("nothing of a message is on its way") != std::string::npos);
}

TEST_CASE("a press from before the words ends no wait: whoever pressed twice has not read what the second one does",
          "[interrupted]") {
  Talk talk({yes, yes, yes, "354 go\r\n", silence, yes});
  talk.script.presses = 5;
  talk.script.looks = 1;
  CHECK(talk.send().standing == Standing::accepted);
  CHECK(talk.script.told.size() == 1);
}
