#include "submission/dialogue.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"
#include "submission/dots.h"

namespace requeue::submission {
namespace {

using std::chrono::seconds;

// RFC 5321, section 4.5.3.2.
constexpr seconds command_timeout{300};
constexpr seconds end_timeout{600};
constexpr seconds farewell_timeout{5};  // nothing hangs on it
// A server may say much; it may not fill the memory.
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_lines = 200;
constexpr std::size_t longest_text = 2000;
constexpr std::size_t piece = 1U << 16U;

tl::unexpected<Error> unread(std::string why) {
  return failure(Exit::failed, "the server's answer cannot be read", {}, std::move(why));
}

// Never into a command: a line end would begin another one. The plan holds such a message long before.
bool is_sendable(std::string_view address) {
  return std::none_of(address.begin(), address.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '<' || c == '>';
  });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool needs_utf8(const Letter& letter) {
  return !is_ascii(letter.sender) || !std::all_of(letter.recipients.begin(), letter.recipients.end(), is_ascii);
}

Error because(std::string why) {
  Error error;
  error.why = std::move(why);
  return error;
}

Submitted refused(Submitted so_far, Answer answer) {
  so_far.standing = Standing::refused;
  so_far.answer = std::move(answer);
  return so_far;
}

}  // namespace

Dialogue::Dialogue(std::unique_ptr<Channel> channel, Interruption interruption)
    : channel_(std::move(channel)), interruption_(std::move(interruption)) {
  channel_->while_silent([this](seconds left) { return wait_on(left); });
}

Dialogue::~Dialogue() {
  stage_ = Stage::farewell;
  if (!broken_) static_cast<void>(ask("QUIT", farewell_timeout));
}

// Only a press that comes after the words is an answer to them: whoever pressed twice before has not read what the
// second one does.
bool Dialogue::wait_on(seconds left) {
  if (stage_ == Stage::farewell || !interruption_.presses) return true;
  const auto presses = interruption_.presses();
  if (presses == 0) return true;
  if (told_ == stage_) return presses == told_at_;
  told_ = stage_;
  told_at_ = presses;
  const auto longest = " (up to " + std::to_string(left.count()) + " more seconds)";
  interruption_.tell(
      stage_ == Stage::message
          ? "Ctrl-C was heard: the server's answer for the message just handed over is awaited" + longest +
                ", and the run ends then. Ctrl-C once more ends the wait: that message is then in doubt, and never "
                "sent again by itself"
          : "Ctrl-C was heard: the server's answer is awaited" + longest +
                ", and nothing of a message is on its way. Ctrl-C once more ends the wait");
  return true;
}

Result<std::string> Dialogue::read_line(seconds timeout) {
  for (;;) {
    if (const auto end = received_.find('\n'); end != std::string::npos) {
      auto line = received_.substr(0, end);
      received_.erase(0, end + 1);
      while (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (received_.size() > longest_line) return unread("a line of it has no end");
    REQUEUE_TRY(const auto more, channel_->receive(timeout));
    received_ += more;
  }
}

Result<Answer> Dialogue::read_answer(seconds timeout) {
  Answer answer;
  for (std::size_t count = 0; count < most_lines; ++count) {
    REQUEUE_TRY(const auto line, read_line(timeout));
    int code = 0;
    const auto digits = std::string_view(line).substr(0, 3);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
    if (digits.size() < 3 || error != std::errc{} || end != digits.data() + 3 || code < 200 || code > 599) {
      return unread("it begins with no number: " + printable(line.substr(0, 80)));
    }
    const auto text = std::string_view(line).substr(std::min<std::size_t>(line.size(), 4));
    if (answer.code == 0) answer.code = code;
    if (answer.code != code) return unread("its lines have different numbers");
    learn(text);
    if (answer.text.size() < longest_text) answer.text += (answer.text.empty() ? "" : " ") + std::string(text);
    if (line.size() == 3 || line[3] != '-') return answer;
  }
  return unread("it has too many lines");
}

Result<Answer> Dialogue::ask(std::string_view command, seconds timeout) {
  // An answer too many would be taken for the next one's, and a message for one that was taken in.
  if (!received_.empty()) return unread("it said more than it was asked");
  REQUEUE_CHECK(channel_->send(std::string(command) + "\r\n"));
  return read_answer(timeout);
}

// Of the lines of any answer; only those of EHLO begin with these words.
void Dialogue::learn(std::string_view line) {
  const auto word = line.substr(0, line.find(' '));
  size_ = size_ || ascii_iequals(word, "SIZE");
  eight_bit_ = eight_bit_ || ascii_iequals(word, "8BITMIME");
  utf8_ = utf8_ || ascii_iequals(word, "SMTPUTF8");
}

Result<void> Dialogue::greet() {
  for (const auto& command : {"EHLO " + channel_->own_name(), std::string("NOOP")}) {
    REQUEUE_TRY(const auto answer, ask(command, command_timeout));
    if (answer.is_yes()) continue;
    return failure(
        Exit::precondition, "the SMTP server does not go on", {},
        "it answered " + std::to_string(answer.code) + " " + printable(answer.text) + " to " + command.substr(0, 4));
  }
  return {};
}

Submitted Dialogue::broke(Submitted so_far, Standing standing, const Error& error) {
  broken_ = true;
  channel_->drop();
  so_far.standing = standing;
  so_far.why = error.why.empty() ? error.what : error.why;
  so_far.given_up = error.cause == Cause::interrupted;
  return so_far;
}

// After a no, so that the next message begins clean. A connection that breaks here breaks between two messages.
void Dialogue::reset() {
  const auto answer = ask("RSET", command_timeout);
  if (answer && answer->is_yes()) return;
  broken_ = true;
  channel_->drop();
}

std::string Dialogue::mail_command(const Letter& letter) const {
  std::string command = "MAIL FROM:<" + letter.sender + ">";
  if (size_) command += " SIZE=" + std::to_string(letter.size);
  if (eight_bit_ && letter.eight_bit) command += " BODY=8BITMIME";
  if (utf8_ && needs_utf8(letter)) command += " SMTPUTF8";
  return command;
}

Result<Submitted> Dialogue::send(const Letter& letter, const Permit& permit) {
  Submitted so_far;
  stage_ = Stage::command;
  const bool sendable =
      is_sendable(letter.sender) && std::all_of(letter.recipients.begin(), letter.recipients.end(), is_sendable);
  if (!sendable || letter.recipients.empty()) {
    return refused(std::move(so_far), {0, "requeue: an address of its envelope cannot be sent, or it has none"});
  }
  if (needs_utf8(letter) && !utf8_) {
    return refused(std::move(so_far), {0, "requeue: the server does not take addresses beyond ASCII (SMTPUTF8)"});
  }
  const auto mail = ask(mail_command(letter), command_timeout);
  if (!mail) return broke(std::move(so_far), Standing::lost, mail.error());
  // 421: the server closes, whatever was asked.
  if (mail->code == 421) return broke(std::move(so_far), Standing::lost, because("421 " + mail->text));
  if (!mail->is_yes()) {
    reset();
    return refused(std::move(so_far), *mail);
  }
  for (const auto& recipient : letter.recipients) {
    const auto answer = ask("RCPT TO:<" + recipient + ">", command_timeout);
    if (!answer) return broke(std::move(so_far), Standing::lost, answer.error());
    if (answer->code == 421) return broke(std::move(so_far), Standing::lost, because("421 " + answer->text));
    so_far.recipients.push_back(*answer);
  }
  return offer(letter, permit, std::move(so_far));
}

Result<Submitted> Dialogue::offer(const Letter& letter, const Permit& permit, Submitted so_far) {
  const auto first = [&](auto predicate) {
    return std::find_if(so_far.recipients.begin(), so_far.recipients.end(), predicate);
  };
  // A recipient that would be taken later is owed the message too, and once it has gone to the others nobody would send
  // it to him: all of them wait.
  if (const auto waits = first([](const Answer& answer) { return answer.is_for_now(); });
      waits != so_far.recipients.end()) {
    so_far.answer = *waits;
    so_far.standing = Standing::deferred;
    reset();
    return so_far;
  }
  if (first([](const Answer& answer) { return answer.is_yes(); }) == so_far.recipients.end()) {
    auto answer = so_far.recipients.front();
    reset();
    return refused(std::move(so_far), std::move(answer));
  }
  if (auto permitted = permit(so_far.recipients); !permitted) {
    reset();
    return failure(std::move(permitted.error()));
  }
  const auto data = ask("DATA", command_timeout);
  // Nothing of the message is on its way yet.
  if (!data) return broke(std::move(so_far), Standing::lost, data.error());
  if (data->code != 354) {
    if (data->code == 421 || data->is_yes()) {
      return broke(std::move(so_far), Standing::lost, because(std::to_string(data->code) + " " + data->text));
    }
    reset();
    return refused(std::move(so_far), *data);
  }
  if (!received_.empty()) return broke(std::move(so_far), Standing::lost, because("it said more than it was asked"));
  return transfer(letter, std::move(so_far));
}

Submitted Dialogue::transfer(const Letter& letter, Submitted so_far) {
  stage_ = Stage::message;
  const auto sent = send_body(letter.body);
  // A server that wants no more says so and closes: then its answer may still be there to be read.
  auto answer = read_answer(sent ? end_timeout : seconds(5));
  if (!answer) return broke(std::move(so_far), Standing::unanswered, sent ? answer.error() : sent.error());
  if (!sent && answer->is_yes()) return broke(std::move(so_far), Standing::unanswered, sent.error());
  if (!sent || answer->code == 421) {
    broken_ = true;
    channel_->drop();
  }
  if (!answer->is_yes() && answer->code < 400) {
    return broke(std::move(so_far), Standing::unanswered, because("its answer is none: " + answer->text));
  }
  so_far.standing = answer->is_yes() ? Standing::accepted : Standing::refused;
  so_far.answer = std::move(*answer);
  return so_far;
}

Result<void> Dialogue::send_body(ByteReader& body) {
  DotDoubler dots;
  std::string buffer(piece, '\0');
  for (;;) {
    REQUEUE_TRY(const auto count, body.read(buffer.data(), buffer.size()));
    if (count == 0) break;
    REQUEUE_CHECK(channel_->send(dots.doubled(std::string_view(buffer).substr(0, count))));
  }
  return channel_->send(dots.end());
}

}  // namespace requeue::submission
