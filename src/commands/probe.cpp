// probe: the procedure's steps 7 and 8, a test message sent and looked for.
#include "replay/probe.h"

#include "commands/announce.h"
#include "commands/context.h"
#include "commands/deciding_options.h"
#include "commands/preflight.h"
#include "commands/probe_log.h"
#include "commands/session.h"
#include "commands/smtp_server.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mail/message.h"
#include "replay/plan.h"
#include "replay/smtp_probe.h"

namespace requeue::commands {
namespace {

// A probe to a domain that nothing waits for shows little: warned of. Failing to tell is no failure of the probe.
void warn_of_other_domain(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger) {
  if (!recovery.state().emptied) return;
  const auto domain = mail::domain_of(context.options.to);
  bool waits = false, any = false;
  auto options = context.options.plan;
  options.seen = [&](const replay::Message&, const replay::Reading& reading) {
    for (const auto& recipient : reading.envelope.recipients) {
      any = true;
      waits = waits || mail::domain_of(recipient) == domain;
    }
  };
  const auto plan = replay::make_plan(recovery, ledger, options, context.console);
  if (!plan || !any || waits) return;
  context.console.warn("no message of the snapshot goes to " + printable(domain) +
                       ": a probe to a domain that mail waits for would show more");
}

Json probe_json(const replay::Probed& probed, const std::optional<replay::NextHop>& hop) {
  Json json{
      {"result", std::string(replay::to_string(probed.result))}, {"seconds", probed.seconds}, {"token", probed.token}};
  if (probed.untaken) json["untaken"] = true;
  if (hop) json["next_hop"] = replay::to_json(*hop);
  return json;
}

// Flushed with the end of the run: nothing is done meanwhile that could not be repeated.
Result<void> keep(recovery::Recovery* recovery, const Json& event) {
  return recovery == nullptr ? Result<void>() : recovery->record("probe", event);
}

// Without what a server said: its words may hold an address.
void announce_probe(Context& context, recovery::Recovery* recovery, const replay::Probed& probed) {
  if (recovery == nullptr) return;
  const bool delivered = probed.result == replay::ProbeResult::delivered;
  announce(context, recovery->head(), service::EventId::probe_result,
           delivered ? service::Gravity::information : service::Gravity::warning,
           "Probe " + std::string(replay::to_string(probed.result)) + (context.options.smtp ? " by SMTP" : "") +
               ", token " + probed.token);
}

// A replay that was begun goes on as it was told what goes, and to whom.
Next next_of_probe(Context& context, const recovery::State& state) {
  const auto this_way = again(context, "replay") + smtp_options(context);
  if (!state.replay_begun) return {this_way, "requeue plan shows first what it would do"};
  auto next = next_of_replay(context, state);
  const auto options = recorded_options(state);
  const bool looks_first = state.newest_replay.ended && options.leaves_out;
  const bool other_way = context.options.smtp || !state.replay_smtp.empty();
  if (!looks_first && other_way) next.command = this_way + unknown_pickup(context, state) + options.typed;
  return next;
}

// `recovery`: null where none was given.
void tell_probe(Context& context, const replay::Probed& probed, const std::string& what, recovery::Recovery* recovery,
                const std::string& failed_words) {
  const bool delivered = probed.result == replay::ProbeResult::delivered;
  context.console.result(std::string(delivered ? "[ok] " : "[failed] ") + "probe " + what + " after " +
                         std::to_string(static_cast<int>(probed.seconds + 0.5)) + " s; token " + probed.token);
  if (delivered && recovery != nullptr) {
    const auto next = next_of_probe(context, recovery->state());
    context.console.result(in_one_line(next));
  } else if (delivered) {
    context.console.result("it counts for a replay only with --recovery");
  } else {
    context.console.result(failed_words);
  }
}

Result<Outcome> run(Context& context, files::Tree& mailroot, recovery::Recovery* recovery) {
  const replay::ProbeOptions options{context.options.from, context.options.to, context.options.timeout};
  // A result, since nothing else is told where there is no terminal.
  context.console.result(
      "sending a test message into Pickup, and waiting until it has left Pickup, Queue and Badmail: " +
      std::to_string(options.timeout.count()) + " s at most (--timeout)");
  REQUEUE_TRY(auto probed, replay::probe(mailroot, options, context.console, context.sleep));
  const auto hop = ask_logs(context, probed);
  const auto body = probe_json(probed, hop);
  REQUEUE_CHECK(keep(recovery, body));
  announce_probe(context, recovery, probed);
  tell_probe(
      context, probed, std::string(replay::to_string(probed.result)), recovery,
      hop && hop->said != replay::Said::nothing && hop->said != replay::Said::accepted
          ? "The service hands mail on, and the next hop does not take this one. Nothing of the snapshot was sent. "
            "Find out why, then probe again."
      : probed.untaken
          ? "Nothing took it out of Pickup: is the service running, and is this its Pickup? Whether the "
            "fix is in effect was not shown. Nothing of the snapshot was sent. The test message stands in " +
                printable(probed.standing) +
                ": the service sends it once it runs; with the service stopped it may be deleted."
          : "The fix is not in effect yet. Nothing of the snapshot was sent. Look into Queue and "
            "Badmail, then probe again.");
  const bool delivered = probed.result == replay::ProbeResult::delivered;
  return Outcome{delivered ? Exit::done : Exit::failed, body};
}

// What the server said goes to the person; the record keeps its number, since its words may hold an address.
Result<Outcome> run_by_smtp(Context& context, submission::Submitter& submitter, recovery::Recovery* recovery) {
  const replay::ProbeOptions options{context.options.from, context.options.to, context.options.timeout};
  REQUEUE_TRY(auto sent, replay::probe_by_smtp(submitter, options));
  const auto server = submission::to_string(*context.options.smtp);
  const bool taken = sent.probed.result == replay::ProbeResult::delivered;
  // What that server's own log says of the way on from there.
  const auto hop = taken ? ask_logs(context, sent.probed) : std::nullopt;
  auto body = probe_json(sent.probed, hop);
  body["smtp"] = server;
  body["code"] = sent.answer.code;
  REQUEUE_CHECK(keep(recovery, body));
  announce_probe(context, recovery, sent.probed);
  const auto said = sent.answer.code == 0 ? printable(sent.answer.text.empty() ? sent.why : sent.answer.text)
                                          : std::to_string(sent.answer.code) + " " + printable(sent.answer.text);
  const std::string what = taken ? "taken in by " : sent.answer.code == 0 ? "not answered by " : "refused by ";
  tell_probe(context, sent.probed, what + server + " (" + said + ")", recovery,
             "Nothing of the snapshot was sent. Look at that server, then probe again.");
  const bool confirmed = hop && hop->said == replay::Said::accepted;
  if (taken && !confirmed)
    context.console.result("taken in is not delivered: ask its recipient, or look into that server's log");
  body["answer"] = escape_bytes(sent.answer.text);
  return Outcome{sent.probed.result == replay::ProbeResult::delivered ? Exit::done : Exit::failed, body};
}

Result<Outcome> probe_by_smtp(Context& context) {
  REQUEUE_TRY(const auto submitter, connect_to_server(context));
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would send a test message to " +
                           printable(submission::to_string(*context.options.smtp)));
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  if (context.options.recovery.empty()) return run_by_smtp(context, *submitter, nullptr);
  replay::Ledger ledger;
  // Of what the run ends with, only what the record may hold.
  Json answer;
  auto outcome = in_run(context, recovery::Missing::refuse, Site{}, {&ledger},
                        [&](recovery::Recovery& recovery) -> Result<Outcome> {
                          warn_of_other_domain(context, recovery, ledger);
                          REQUEUE_TRY(auto sent, run_by_smtp(context, *submitter, &recovery));
                          answer = sent.body["answer"];
                          sent.body.erase("answer");
                          return sent;
                        });
  if (outcome) outcome->body["answer"] = std::move(answer);
  return outcome;
}

}  // namespace

Result<Outcome> probe(Context& context) {
  for (const auto& address : {context.options.from, context.options.to}) {
    if (mail::is_plain_address(address) && !mail::domain_of(address).empty()) continue;
    return failure(Exit::usage, "this is no mail address", address, {},
                   "Nothing was sent. Replace YOU and SOMEBODY by addresses, as in --from admin@example.com.");
  }
  REQUEUE_CHECK(check_logs(context));
  if (context.options.smtp) return probe_by_smtp(context);
  recovery::State state;
  if (!context.options.recovery.empty()) {
    REQUEUE_TRY(state, peek(context));
  }
  REQUEUE_TRY(const auto site, find_site(context, state));
  if (!site.mailroot->status("Queue")) {
    context.console.warn(
        "no Queue stands in " + printable(site.mailroot_path) +
        ": a probe that waits in a Queue elsewhere is not seen there; --metabase FILE says where it is");
  }
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would put a test message into Pickup of " + printable(site.mailroot_path));
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  if (context.options.recovery.empty()) return run(context, *site.mailroot, nullptr);
  replay::Ledger ledger;
  return in_run(context, recovery::Missing::refuse, site, {&ledger},
                [&](recovery::Recovery& recovery) -> Result<Outcome> {
                  warn_of_other_domain(context, recovery, ledger);
                  return run(context, *site.mailroot, &recovery);
                });
}

}  // namespace requeue::commands
