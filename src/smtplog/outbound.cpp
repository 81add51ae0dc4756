// The connections that brought mail on. Commands and responses are lines of their own, and commands may be sent several
// at once: responses are taken in the order of the commands.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "smtplog/evidence.h"

namespace requeue::smtplog {
namespace {

constexpr std::int64_t idle_limit_outbound = 600;
constexpr std::size_t most_asked = 10000;
constexpr std::string_view content = "content";  // what follows 354

std::string pair_key(std::string_view sender, std::string_view recipient) {
  return ascii_lower(sender) + '\n' + ascii_lower(recipient);
}

int code_of(std::string_view argument) {
  argument = argument.substr(std::min(argument.find_first_not_of("+ "), argument.size()));
  if (argument.size() < 3) return 0;
  int code = 0;
  for (const char c : argument.substr(0, 3)) {
    if (c < '0' || c > '9') return 0;
    code = code * 10 + (c - '0');
  }
  return code;
}

bool goes_on(std::string_view argument) {
  argument = argument.substr(std::min(argument.find_first_not_of("+ "), argument.size()));
  return argument.size() > 3 && argument[3] == '-';
}

}  // namespace

const std::vector<Delivery>* Evidence::deliveries(std::string_view sender, std::string_view recipient) const {
  const auto found = deliveries_.find(pair_key(sender, recipient));
  return found == deliveries_.end() ? nullptr : &found->second;
}

void Evidence::see_command(const Event& event) {
  auto& connection = outbound_[Key{event.peer, "", event.site}];
  if (connection.last && event.time && *event.time - *connection.last > idle_limit_outbound) connection = {};
  if (event.time) connection.last = event.time;
  connection.continuing = false;
  Asked asked{event.method, {}};
  if (event.method == "MAIL") {
    if (connection.open) connection.mixed = true;
    connection.open = true;
    connection.sender = address_in(event.argument).value_or("");
    connection.size = size_in(event.argument);
    connection.accepted.clear();
  } else if (event.method == "RCPT") {
    asked.recipient = address_in(event.argument).value_or("");
  } else if (event.method == "BDAT") {
    // Only the last piece is answered for the whole.
    if (ascii_lower(event.argument).find("last") == std::string::npos) asked.verb = "PIECE";
  }
  if (connection.asked.size() < most_asked) connection.asked.push_back(std::move(asked));
}

void Evidence::see_response(const Event& event) {
  auto& connection = outbound_[Key{event.peer, "", event.site}];
  if (connection.last && event.time && *event.time - *connection.last > idle_limit_outbound) connection = {};
  if (event.time) connection.last = event.time;
  const int code = code_of(event.argument);
  if (std::exchange(connection.continuing, connection.continuing && goes_on(event.argument))) return;
  connection.continuing = goes_on(event.argument);
  if (connection.asked.empty()) {
    // A greeting: another connection to the same host, if the one before did not end.
    if (code == 220 && ++connection.connections > 1) connection.mixed = true;
    return;
  }
  const auto asked = connection.asked.front();
  connection.asked.erase(connection.asked.begin());
  see_answer(connection, asked, code, event);
}

void Evidence::see_answer(Outbound& connection, const Asked& asked, int code, const Event& event) {
  const bool good = code >= 200 && code < 300;
  if (asked_about_ && connection.open) note_answer(connection, asked, code, event);
  if (asked.verb == "MAIL" && !good) connection.open = false;
  if (asked.verb == "RCPT" && good && connection.open) connection.accepted.push_back(asked.recipient);
  if (asked.verb == "DATA" && code == 354) {
    connection.asked.insert(connection.asked.begin(), Asked{std::string(content), {}});
  } else if (asked.verb == "DATA") {
    connection.open = false;
  }
  if (asked.verb == content || asked.verb == "BDAT") {
    if (good && connection.open && !connection.mixed) deliver(connection, event);
    connection.open = false;
  }
  if (asked.verb == "RSET") connection.open = false;
  if (asked.verb != "QUIT" && code != 421) return;
  const auto left = connection.connections - 1;
  const bool mixed = connection.mixed && left > 0;
  const auto last = connection.last;
  connection = {};
  connection.connections = std::max(left, 0);
  connection.mixed = mixed;
  connection.last = last;
}

void Evidence::want_answers(const std::string& sender, const std::string& recipient) {
  asked_about_ = {sender, recipient};
}

void Evidence::note_answer(const Outbound& connection, const Asked& asked, int code, const Event& event) {
  const auto& [sender, recipient] = *asked_about_;
  if (!ascii_iequals(connection.sender, sender)) return;
  const bool good = code >= 200 && code < 300;
  const bool no = code >= 400 && code < 600;
  const bool of_content = asked.verb == content || asked.verb == "BDAT" || asked.verb == "PIECE";
  const bool refused_early =
      no && (asked.verb == "MAIL" || (asked.verb == "RCPT" && ascii_iequals(asked.recipient, recipient)));
  const bool named = std::any_of(connection.accepted.begin(), connection.accepted.end(),
                                 [&name = recipient](const std::string& one) { return ascii_iequals(one, name); });
  const bool refused_late = no && named && (of_content || asked.verb == "DATA");
  const bool taken = good && named && of_content && asked.verb != "PIECE";
  if (!refused_early && !refused_late && !taken) return;
  answers_.push_back({of_content ? "DATA" : asked.verb, code, event.peer, event.time, connection.mixed});
}

void Evidence::deliver(Outbound& connection, const Event& event) {
  if (wanted_senders_.count(ascii_lower(connection.sender)) == 0) return;
  for (const auto& recipient : connection.accepted) {
    deliveries_[pair_key(connection.sender, recipient)].push_back({connection.size, event.time});
  }
}

}  // namespace requeue::smtplog
