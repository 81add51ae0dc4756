// probe: the procedure's steps 7 and 8, a test message sent and looked for.
#include "replay/probe.h"

#include "commands/context.h"
#include "commands/preflight.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mail/message.h"
#include "replay/plan.h"

namespace requeue::commands {
namespace {

// A probe to a domain that nothing waits for shows little: warned of. Failing to tell is no failure of the probe.
void warn_of_other_domain(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger) {
  if (!recovery.state().emptied) return;
  const auto plan = replay::make_plan(recovery, ledger, context.options.plan, context.console);
  if (!plan || plan->addresses.empty()) return;
  const auto domain = mail::domain_of(context.options.to);
  for (const auto& address : plan->addresses) {
    if (mail::domain_of(address) == domain) return;
  }
  context.console.warn("no message of the snapshot goes to " + printable(domain) +
                       ": a probe to a domain that mail waits for would show more");
}

Json probe_json(const replay::Probed& probed) {
  return Json{
      {"result", std::string(replay::to_string(probed.result))}, {"seconds", probed.seconds}, {"token", probed.token}};
}

Result<Outcome> run(Context& context, files::Tree& mailroot, recovery::Recovery* recovery) {
  const replay::ProbeOptions options{context.options.from, context.options.to, context.options.timeout};
  REQUEUE_TRY(const auto probed, replay::probe(mailroot, options, context.console, context.sleep));
  if (recovery != nullptr) {
    REQUEUE_CHECK(recovery->record("probe", probe_json(probed)));
    REQUEUE_CHECK(recovery->flush());
  }
  const bool delivered = probed.result == replay::ProbeResult::delivered;
  context.console.result(std::string(delivered ? "[ok] " : "[failed] ") + "probe " +
                         std::string(replay::to_string(probed.result)) + " after " +
                         std::to_string(static_cast<int>(probed.seconds + 0.5)) + " s; token " + probed.token);
  if (delivered && recovery != nullptr) {
    context.console.result("Next: " + again(context, "replay") + " (requeue plan shows first what it would do)");
  } else if (delivered) {
    context.console.result("it counts for a replay only with --recovery");
  } else {
    context.console.result(
        "The fix is not in effect yet. Nothing of the snapshot was sent. Look into Queue and Badmail, "
        "then probe again.");
  }
  return Outcome{delivered ? Exit::done : Exit::failed, probe_json(probed)};
}

}  // namespace

Result<Outcome> probe(Context& context) {
  for (const auto& address : {context.options.from, context.options.to}) {
    if (!mail::is_writable_address(address)) {
      return failure(Exit::usage, "this is no address that can be written", address, {},
                     "Nothing was sent. Give a bare address, as in somebody@example.com.");
    }
  }
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
