// The sessions that brought mail in.
#include "smtplog/evidence.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::smtplog {
namespace {

// The service closes a connection that is idle for so long.
constexpr std::int64_t idle_limit = 600;

bool is_accepted(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

void Evidence::want(const std::string& message_id, const std::string& sender) {
  if (!message_id.empty()) wanted_ids_.insert(message_id);
  wanted_senders_.insert(ascii_lower(sender));
}

void Evidence::begin_file() {
  reader_.begin_file();
}

void Evidence::add_line(std::string_view line) {
  ++lines_;
  const auto event = reader_.read(line);
  if (!event) return;
  if (event->side == Side::inbound) see_inbound(*event);
  if (event->side == Side::command) see_command(*event);
  if (event->side == Side::response) see_response(*event);
}

const Submission* Evidence::submission(const std::string& message_id) const {
  const auto found = submissions_.find(message_id);
  return found == submissions_.end() ? nullptr : &found->second;
}

void Evidence::see_inbound(const Event& event) {
  const Key key{event.peer, event.user, event.site};
  auto& session = inbound_[key];
  if (session.last && event.time && *event.time - *session.last > idle_limit) session = {};
  if (event.time) session.last = event.time;
  const auto& method = event.method;
  if (method == "MAIL") {
    begin(session, event);
  } else if (method == "RCPT") {
    add_recipient(session, event);
  } else if (method == "DATA" || method == "BDAT") {
    take_in(session, event);
  } else if (method == "HELO" || method == "EHLO") {
    // Another connection of the same host, or one that was cut off and came again: it cannot be told.
    if (session.open > 0) session.mixed = true;
  } else if (method == "RSET" || method == "QUIT") {
    end_one(session);
    if (method == "QUIT" && session.open == 0) inbound_.erase(key);
  }
}

void Evidence::begin(Inbound& session, const Event& event) {
  if (event.status && !is_accepted(*event.status)) return;
  if (session.open > 0) session.mixed = true;
  ++session.open;
  session.unconfirmed = session.unconfirmed || !event.status;
  const auto sender = address_in(event.argument);
  if (!sender) session.cut = true;
  session.submission.sender = sender.value_or("");
}

void Evidence::add_recipient(Inbound& session, const Event& event) {
  if (session.open == 0) {
    session.open = 1;
    session.cut = true;
  }
  const auto recipient = address_in(event.argument);
  if (!recipient || recipient->empty()) {
    session.cut = true;
    return;
  }
  session.unconfirmed = session.unconfirmed || !event.status;
  auto& submission = session.submission;
  auto& list = event.status && !is_accepted(*event.status) ? submission.refused : submission.recipients;
  const auto same = [&](const std::string& one) { return ascii_iequals(one, *recipient); };
  // Recipients of one transaction are few: the service takes 100, and a log line each.
  if (std::none_of(list.begin(), list.end(), same)) list.push_back(*recipient);
}

void Evidence::take_in(Inbound& session, const Event& event) {
  const auto id = message_id_in(event.argument);
  const bool taken = !event.status || is_accepted(*event.status);
  if (taken && wanted_ids_.count(id) != 0) {
    auto submission = session.submission;
    const bool doubtful = session.mixed || session.cut || session.unconfirmed || session.open != 1 || !event.status;
    if (doubtful) submission.certainty = Certainty::ambiguous;
    const auto [place, fresh] = submissions_.emplace(id, std::move(submission));
    if (!fresh) place->second.certainty = Certainty::repeated;
  }
  end_one(session);
}

void Evidence::end_one(Inbound& session) {
  if (session.open > 0) --session.open;
  if (session.open > 0) return;
  const auto last = session.last;
  session = {};
  session.last = last;
}

}  // namespace requeue::smtplog
