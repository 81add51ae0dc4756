// What SMTP logs say of the messages of one queue: whom the service took them in for, and whom it has delivered to.
//
// A log names no session: lines go together by host, HELO name and site, in the order of the file. Two sessions of one
// host that run at once cannot be told apart, so whatever may be such a one is ambiguous, and is never used.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "smtplog/event.h"

namespace requeue::smtplog {

enum class Certainty {
  clear,
  ambiguous,  // sessions that may be mixed, cut by the log's beginning, or without a status
  repeated,   // the Message-ID stands more than once in the log
};

// One transaction that brought a message in.
struct Submission {
  Certainty certainty = Certainty::clear;
  std::string sender;  // empty: the null sender
  std::vector<std::string> recipients;
  std::vector<std::string> refused;  // not owed: the service did not take the message for them
};

struct Delivery {
  std::optional<std::uint64_t> size;  // as announced by SIZE=
  std::optional<std::int64_t> time;
};

// What another host said to one transaction of a certain sender and recipient. A log holds no Message-ID of an outbound
// session, so that another message of the same two people looks the same.
struct NextHopAnswer {
  std::string command;  // MAIL, RCPT or DATA (its content too); MAIL: refused before any recipient was named
  int code = 0;         // 2xx only to the content
  std::string host;
  std::optional<std::int64_t> time;
  bool mixed = false;  // several connections to that host at once: it may be the answer of another
};

class Evidence {
 public:
  // Only these are kept, whatever a log holds: Message-IDs without brackets, senders in lower case ("" the null one).
  void want(const std::string& message_id, const std::string& sender);

  // Also what is answered to mail from `sender` to `recipient`, good or not.
  void want_answers(const std::string& sender, const std::string& recipient);

  // In the order of time: files by name, lines as they stand.
  void begin_file();
  void add_line(std::string_view line);

  [[nodiscard]] const Submission* submission(const std::string& message_id) const;
  [[nodiscard]] const std::unordered_map<std::string, Submission>& submissions() const { return submissions_; }
  [[nodiscard]] const std::vector<Delivery>* deliveries(std::string_view sender, std::string_view recipient) const;
  [[nodiscard]] const std::vector<NextHopAnswer>& answers() const { return answers_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t unread() const { return reader_.unread(); }

 private:
  struct Inbound {
    int open = 0;  // transactions that began and did not end
    bool mixed = false;
    bool cut = false;
    bool unconfirmed = false;
    Submission submission;
    std::optional<std::int64_t> last;
  };
  struct Asked {
    std::string verb;
    std::string recipient;
  };
  struct Outbound {
    std::vector<Asked> asked;  // commands that no response has answered
    bool continuing = false;   // a response of several lines
    int connections = 0;
    bool mixed = false;
    bool open = false;
    std::string sender;
    std::optional<std::uint64_t> size;
    std::vector<std::string> accepted;
    std::optional<std::int64_t> last;
  };
  using Key = std::tuple<std::string, std::string, std::string>;

  void see_inbound(const Event& event);
  void begin(Inbound& session, const Event& event);
  void add_recipient(Inbound& session, const Event& event);
  void take_in(Inbound& session, const Event& event);
  static void end_one(Inbound& session);
  void see_command(const Event& event);
  void see_response(const Event& event);
  void see_answer(Outbound& connection, const Asked& asked, int code, const Event& event);
  void deliver(Outbound& connection, const Event& event);
  void note_answer(const Outbound& connection, const Asked& asked, int code, const Event& event);

  EventReader reader_;
  std::uint64_t lines_ = 0;
  std::unordered_set<std::string> wanted_ids_, wanted_senders_;
  std::map<Key, Inbound> inbound_;
  std::map<Key, Outbound> outbound_;
  std::unordered_map<std::string, Submission> submissions_;
  std::unordered_map<std::string, std::vector<Delivery>> deliveries_;
  std::optional<std::pair<std::string, std::string>> asked_about_;  // sender, recipient
  std::vector<NextHopAnswer> answers_;
};

}  // namespace requeue::smtplog
