#include "blackbox/mixed_queue.h"

#include <cstdio>
#include <ctime>

namespace requeue::tests {
namespace {

// splitmix64: the same on every platform, which the distributions of <random> are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  int below(int limit) { return static_cast<int>(next() % static_cast<std::uint64_t>(limit)); }

 private:
  std::uint64_t state_;
};

std::string stamp_of(std::int64_t seconds) {
  char buffer[64];
  const auto filetime = static_cast<std::uint64_t>(seconds + 11644473600) * 10000000U;
  std::snprintf(buffer, sizeof buffer, "FILETIME=[%08X:%08X]", static_cast<unsigned>(filetime & 0xFFFFFFFFU),
                static_cast<unsigned>(filetime >> 32U));
  return "X-OriginalArrivalTime: 24 Nov 2026 02:13:05.0123 (UTC) " + std::string(buffer) + "\r\n";
}

class Generator {
 public:
  Generator(std::uint64_t seed, std::int64_t start) : random_(seed), now_(start) {}

  MixedQueue run(int messages) {
    queue_.log = "#Fields: date time c-ip cs-username s-sitename cs-method cs-uri-stem cs-uri-query sc-status\r\n";
    while (static_cast<int>(queue_.files.size()) < messages) add(static_cast<Kind>(random_.below(kinds)), messages);
    return std::move(queue_);
  }

 private:
  static bool is_pair(Kind kind) {
    return kind == Kind::copy || kind == Kind::partly_copy || kind == Kind::twice || kind == Kind::reused_id;
  }

  void add(Kind kind, int messages) {
    if (is_pair(kind) && static_cast<int>(queue_.files.size()) + 2 > messages) return;
    now_ += 60;
    truth_ = {};
    truth_.kind = kind;
    truth_.subject = "m" + std::to_string(++number_);
    sender_ = "s" + std::to_string(random_.below(40)) + "@office.example.com";
    make(kind);
    ++queue_.groups[kind];
    queue_.truths.push_back(std::move(truth_));
  }

  // A new address in one of a few domains, so that no two messages can be taken for one another.
  std::string address(int domain) {
    static const char* const domains[] = {"one.example.org", "two.example.net", "three.example.com"};
    return "r" + std::to_string(++addresses_) + "@" + domains[domain];
  }

  // Most bodies have lines that Pickup would change, and some are in other line ends.
  std::string body() {
    std::string out = "Hello " + truth_.subject + "\r\n";
    for (int i = random_.below(30); i > 0; --i)
      out += (random_.below(5) == 0 ? ".dot " : "line ") + std::to_string(random_.next()) + "\r\n";
    return out;
  }

  std::string message(const std::string& to, const std::string& text, const std::string& more = "") {
    return stamp_of(now_) + more + "From: " + sender_ + "\r\nTo: " + to + "\r\nSubject: " + truth_.subject +
           "\r\nMessage-ID: <" + truth_.subject + "@office.example.com>\r\n\r\n" + text;
  }

  void file(const std::string& bytes) {
    auto digits = std::to_string(queue_.files.size() + 1);
    const auto source = "Queue/NTFS_" + std::string(6 - digits.size(), '0') + digits + ".EML";
    queue_.files[source] = bytes;
    truth_.sources.push_back(source);
  }

  void line(const std::string& who, const std::string& method, const std::string& argument, int status) {
    char when[32];
    const auto seconds = static_cast<std::time_t>(now_ + ++seconds_ % 50);
    std::strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", std::gmtime(&seconds));
    queue_.log += std::string(when) + " " + who + " SMTPSVC1 " + method + " - " + argument + " " +
                  std::to_string(status) + "\r\n";
  }

  void submitted(const std::vector<std::string>& recipients, const std::string& who) {
    line(who, "EHLO", "+x", 250);
    line(who, "MAIL", "+FROM:+<" + sender_ + ">+SIZE=99", 250);
    for (const auto& recipient : recipients) line(who, "RCPT", "+TO:+<" + recipient + ">", 250);
    if (random_.below(3) == 0) line(who, "RCPT", "+TO:<refused@office.example.com>", 550);
    line(who, "DATA", "+<" + truth_.subject + "@office.example.com>", 250);
    line(who, "QUIT", "x", 240);
  }

  // A session that another one of the same host runs into.
  void submitted_beside(const std::vector<std::string>& recipients) {
    const std::string who = "10.1.1.1 busy";
    line(who, "MAIL", "FROM:<" + sender_ + ">", 250);
    line(who, "MAIL", "FROM:<other@office.example.com>", 250);
    for (const auto& recipient : recipients) line(who, "RCPT", "TO:<" + recipient + ">", 250);
    line(who, "DATA", "+<" + truth_.subject + "@office.example.com>", 250);
    line(who, "DATA", "+<other" + truth_.subject + "@office.example.com>", 250);
    line(who, "QUIT", "-", 240);
  }

  void delivered(const std::string& recipient, std::size_t size) {
    const std::string remote = "192.0.2." + std::to_string(1 + random_.below(200));
    const auto say = [&](const std::string& text) {
      line(remote + " OutboundConnectionCommand", text.substr(0, text.find(' ')), text.substr(text.find(' ') + 1), 0);
    };
    const auto hear = [&](const std::string& text) { line(remote + " OutboundConnectionResponse", "-", text, 0); };
    hear("220+mx");
    say("EHLO office");
    hear("250-mx");
    hear("250+SIZE");
    say("MAIL FROM:<" + sender_ + ">+SIZE=" + std::to_string(size));
    say("RCPT TO:<" + recipient + ">");
    say("RCPT TO:<gone@" + std::to_string(number_) + ".example.org>");
    hear("250+ok");
    hear("250+ok");
    hear("550+no+such+user");
    say("DATA -");
    hear("354+go");
    hear("250+queued");
    say("QUIT -");
    hear("221+bye");
  }

  static std::string receivers(const std::string& sender, const std::vector<std::string>& all) {
    std::string out = "x-sender: " + sender + "\r\n";
    for (const auto& one : all) out += "x-receiver: " + one + "\r\n";
    return out;
  }

  void owe(const std::vector<std::string>& all, int times = 1) {
    for (const auto& one : all) truth_.owed[one] += times;
  }

  void make(Kind kind);

  Random random_;
  std::int64_t now_;
  int number_ = 0, addresses_ = 0, seconds_ = 0;
  std::string sender_;
  Truth truth_;
  MixedQueue queue_;
};

void Generator::make(Kind kind) {
  const auto a = address(0);
  const auto b = address(random_.below(2));
  const auto c = address(2);
  const auto host = "10.0.0." + std::to_string(number_ % 200) + " h" + std::to_string(number_);
  switch (kind) {
    case Kind::plain:
      file(message(a, body()));
      return owe({a});
    case Kind::receivers:
      file(receivers(sender_, {a, b, c}) + message(a, body()));
      return owe({a, b, c});
    case Kind::blind:
      file(message(a, body()));
      submitted({a, c}, host);
      return owe({a, c});
    case Kind::list:
      file(message("list@lists.example.org", body(), "List-Id: <l>\r\n"));
      submitted({b}, host);
      return owe({b});
    case Kind::list_lost:
      file(message("list@lists.example.org", body(), "Delivered-To: list@lists.example.org\r\n"));
      truth_.hidden[b] = 1;
      return;
    case Kind::copy: {
      const auto bytes = message(a, body());
      file(bytes);
      file(bytes);
      return owe({a});
    }
    case Kind::partly_copy: {
      const auto text = message(a, body());
      file(receivers(sender_, {a}) + text);
      file(receivers(sender_, {a, b}) + text);
      return owe({a, b});
    }
    case Kind::twice: {
      const auto text = body();
      file(message(a, text));
      now_ += 60;
      file(message(a, text));
      return owe({a}, 2);
    }
    case Kind::partly_sent: {
      const auto bytes = message(a + ", " + c, body());
      file(bytes);
      delivered(c, bytes.size());
      return owe({a});
    }
    case Kind::sent: {
      const auto bytes = message(a, body());
      file(bytes);
      return delivered(a, bytes.size());
    }
    case Kind::mixed_log:
      file(message(a, body()));
      submitted_beside({a, c});
      truth_.hidden[c] = 1;
      return owe({a});
    case Kind::reused_id:
      file(message(a, body() + "first\r\n"));
      file(message(a, body() + "second\r\n"));
      submitted({a, c}, host);
      truth_.hidden[c] = 1;
      return owe({a}, 2);
    case Kind::bounce:
      file(message(a, body(), "Return-Path: <>\r\n"));
      truth_.hidden[a] = 1;
      return;
    case Kind::nobody:
      file(message("undisclosed-recipients:;", body()));
      truth_.hidden[a] = 1;
      return;
    case Kind::domains:
      file(message(a + ", " + c, body()));
      return owe({a, c});
  }
}

}  // namespace

MixedQueue mixed_queue(std::uint64_t seed, int messages, std::int64_t start) {
  return Generator(seed, start).run(messages);
}

}  // namespace requeue::tests
