#include "report/timeline.h"

namespace requeue::report {
namespace {

std::string count_of(const Json& event, const char* key, const char* one) {
  const auto count = integer_of(event, key);
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

void keep_newest(std::string& kept, const Json& event, const char* key) {
  if (auto text = text_of(event, key); !text.empty()) kept = std::move(text);
}

}  // namespace

void Timeline::see(const journal::Line& line) {
  const auto name = text_of(line.json, "event");
  if (name == "run") return see_run(line.json);
  if (name == "service") return see_service(line.json);
  see_step(name, line.json);
}

std::optional<double> Timeline::downtime() const {
  if (!stopped || !started || *started < *stopped) return std::nullopt;
  return static_cast<double>(started->seconds - stopped->seconds) +
         static_cast<double>(started->nanoseconds - stopped->nanoseconds) / 1e9;
}

void Timeline::add(const Json& event, std::string what, bool trouble) {
  const auto time = from_iso8601(text_of(event, "time"));
  moments.push_back({time.value_or(Timestamp{}), std::move(what), trouble});
}

void Timeline::see_run(const Json& event) {
  command_ = text_of(event, "command");
  keep_newest(circumstances.host, event, "host");
  keep_newest(circumstances.os, event, "os");
  keep_newest(circumstances.account, event, "account");
  keep_newest(circumstances.operator_name, event, "operator");
  keep_newest(circumstances.ticket, event, "ticket");
  keep_newest(circumstances.version, event, "version");
  keep_newest(circumstances.program_sha256, event, "program_sha256");
}

void Timeline::see_service(const Json& event) {
  const auto action = text_of(event, "action");
  const auto time = from_iso8601(text_of(event, "time"));
  if (action == "stopped") {
    stopped = time;
    started.reset();
    add(event, "the service was stopped");
  } else if (action == "started" || action == "put_back") {
    started = time;
    add(event, action == "started" ? "the service was started" : "the service was put back as it was found");
  }
}

void Timeline::see_step(const std::string& name, const Json& event) {
  if (name == "snapshot") {
    add(event, std::string(flag_of(event, "adopted") ? "a backup was adopted: " : "snapshot taken: ") +
                   count_of(event, "files", "file") + ", " + count_of(event, "bytes", "byte"));
  } else if (name == "verified") {
    const bool good = flag_of(event, "ok");
    add(event,
        good ? "snapshot read again and found whole: " + count_of(event, "files", "file") + " from the " +
                   text_of(event, "level")
             : std::string("snapshot read again: it is not what was copied"),
        !good);
  } else if (name == "emptied") {
    add(event, flag_of(event, "by_hand") ? "recorded as emptied by hand"
                                         : "Mailroot emptied: " + count_of(event, "files", "file") + " removed, " +
                                               std::to_string(integer_of(event, "kept")) + " kept, " +
                                               count_of(event, "newcomers", "newcomer"));
  } else {
    see_later_step(name, event);
  }
}

void Timeline::see_later_step(const std::string& name, const Json& event) {
  if (name == "probe") {
    const auto result = text_of(event, "result");
    const auto hop = event.find("next_hop");
    const bool said = hop != event.end() && hop->is_object() && integer_of(*hop, "code") != 0;
    add(event,
        "test message: " + result +
            (said ? "; the next hop: " + text_of(*hop, "answer") + ", " + std::to_string(integer_of(*hop, "code"))
                  : ""),
        result != "delivered");
  } else if (name == "no_probe") {
    add(event, "replay without a test message: " + text_of(event, "reason"));
  } else if (name == "replay_end") {
    const auto server = text_of(event, "smtp");
    add(event, "replay: " + count_of(event, "now", "message") +
                   (server.empty() ? std::string(" handed to Pickup; ") : " taken in by an SMTP server; ") +
                   std::to_string(integer_of(event, "held")) + " held, " +
                   std::to_string(integer_of(event, "pending")) + " pending, " +
                   std::to_string(integer_of(event, "failed")) + " failed, " +
                   std::to_string(integer_of(event, "in_doubt")) + " in doubt");
  } else if (name == "restored") {
    add(event, "files were put back into the Mailroot");
  } else if (name == "recovered") {
    add(event, "the record's torn end was cut off after a kill or a power loss", true);
  } else if (name == "run_end") {
    const auto exit = integer_of(event, "exit");
    const bool failed = exit != 0 && exit != 3;
    if (failed) add(event, command_ + " ended with exit status " + std::to_string(exit), true);
  }
}

}  // namespace requeue::report
