#include "cli/verb_options.h"

#include "cli/option_value.h"
#include "cli/planning_options.h"
#include "cli/values.h"

namespace requeue::cli {
namespace {

using commands::Options;

// Many wait for the disk, few for a processor: on two of them 16 were twice as fast as 2.
constexpr unsigned usual_jobs = 16;

void add_common(CLI::App& app, Options& options) {
  app.add_flag("--json", options.json, "One JSON object on stdout at the end");
  app.add_flag("--quiet", options.quiet, "Only warnings and errors");
  app.add_option("--log", options.log, "Append every word to FILE, with UTC times")->type_name("FILE");
  app.add_option("--operator", options.operator_name, "Your name, for the journal")->type_name("NAME");
  app.add_option("--ticket", options.ticket, "The change ticket, for the journal")->type_name("ID");
  app.add_option("--reason", options.reason, "Why this is done, for the journal")->type_name("TEXT");
}

void add_service(CLI::App& app, Options& options) {
  app.add_option(
         "--service", options.service,
         "Who is asked after the service: scm (Windows; the default there), none (the tree is offline; the default "
         "elsewhere) or command")
      ->check(CLI::IsMember({"scm", "none", "command"}));
  app.add_option("--service-name", options.service_name, "Its name in the service manager, default SMTPSVC")
      ->type_name("NAME");
  app.add_option("--service-host", options.service_host, "The host whose service manager is asked")->type_name("HOST");
  app.add_option("--stop-command", options.stop_command, "Stops the service (run in the system's shell)");
  app.add_option("--start-command", options.start_command, "Starts it");
  app.add_option("--status-command", options.status_command, "Exits 0 when it runs, 3 when it is stopped");
}

void add_timeout(CLI::App& app, std::chrono::seconds& timeout) {
  add_number(
      app, "--timeout", "SECONDS", 1, 86400,
      [&timeout](std::uint64_t seconds) { timeout = std::chrono::seconds(seconds); }, "How long to wait, default 120");
}

// The verbs that read or write every file of a queue.
void add_jobs(CLI::App& app, std::string_view verb, Options& options) {
  for (const auto* const name :
       {"inspect", "evacuate", "snapshot", "verify", "empty", "adopt", "plan", "replay", "audit"}) {
    if (verb != name) continue;
    options.jobs = usual_jobs;
    add_number(
        app, "--jobs", "N", 1, 64, [&options](std::uint64_t n) { options.jobs = static_cast<unsigned>(n); },
        "Files worked on at a time, default 16, at most 64; 1 does one after the other");
  }
}

void add_own_options(CLI::App& app, std::string_view verb, Options& options) {
  if (verb == "inspect") {
    app.add_option("PATH", options.path, "A Mailroot or a recovery folder; without it, the Mailroot of the metabase");
  }
  add_jobs(app, verb, options);
  if (verb == "snapshot" || verb == "evacuate") {
    add_value<snapshot::Method>(app, "--method", options.method, parse_method,
                                "How the snapshot is made: copy (default); link, as hard links on the same volume, "
                                "but for what stays there; auto, link where it can be had",
                                "copy|link|auto");
  }
  if (verb == "evacuate" || verb == "empty") {
    app.add_option("--keep", options.keep, "Leave this folder as it is (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_flag("--empty-mailbox", options.empty_mailbox, "Also empty Mailbox, which holds live POP3 mail");
  }
  if (verb == "adopt") {
    app.add_option("--backup", options.backup, "The copy of the Mailroot")->type_name("DIR")->required();
    app.add_option("--pickup", options.pickup, "The Pickup in use")->type_name("DIR");
  }
  if (verb == "probe") {
    app.add_option("--from", options.from, "Sender of the test message")->type_name("ADDRESS")->required();
    app.add_option("--to", options.to, "Its recipient, best in a domain that mail waits for")
        ->type_name("ADDRESS")
        ->required();
    app.add_option("--smtp-log", options.smtp_logs, "The service's log: what the next hop answered to it (repeatable)")
        ->type_name("FILE|DIR")
        ->allow_extra_args(false);
    add_smtp(app, options, "Send it to this server by SMTP, in place of a Pickup");
  }
  if (verb == "explain") {
    app.add_option("SOURCE", options.source, "The message, named as plan --out does")->required();
  }
  const bool plans = verb == "plan" || verb == "replay" || verb == "explain";
  if (plans) add_planning(app, options);
  if (plans) add_release(app, options);
  if (plans || verb == "inspect") add_selection(app, options);
  if (verb == "plan" || verb == "replay") add_limit(app, options, "Hand over N, leave the rest pending");
  if (verb == "inspect") add_limit(app, options, "Only the N oldest messages");
  if (verb == "explain") {
    app.add_option("--plan", options.plan_file, "As this plan says")->type_name("FILE");
  }
  if (verb == "plan" || verb == "explain")
    add_smtp(app, options, "As a replay by SMTP to this server would do it; no connection is made");
  if (verb == "plan") app.add_option("--out", options.out_file, "Write the plan as CSV, for review")->type_name("FILE");
  if (verb == "replay") {
    app.add_option("--pickup", options.pickup, "Into this Pickup; default: that of the recorded Mailroot")
        ->type_name("DIR");
    app.add_option("--plan", options.plan_file, "Only as this plan says; refused when its sources changed")
        ->type_name("FILE");
    add_reason(app, "--no-probe", options.no_probe, "Replay without a passed probe; the reason is recorded");
    app.add_option("--resolve", options.resolve, "Record your word on a message in doubt; sends nothing (repeatable)")
        ->type_name("sent|not-sent SOURCE")
        ->allow_extra_args(false);
    add_pace(app, options);
    add_smtp(app, options, "By SMTP to this server, in place of a Pickup");
  }
  if (verb == "restore") {
    app.add_option("--folder", options.folders, "Only this folder (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_flag("--held", options.held, "Only the held messages, back into Queue");
    add_against(app, options);
  }
  if (verb == "audit") {
    app.add_option("--expect-head", options.expect_heads, "A head noted earlier must be in the chain (repeatable)")
        ->type_name("HASH")
        ->allow_extra_args(false);
    app.add_flag("--quick", options.quick, "Do not read the payload; everything else is checked");
    app.add_option("--public-key", options.public_key, "Check the seal's signature (a minisign public key)")
        ->type_name("FILE");
  }
  if (verb == "seal") {
    app.add_option("--sign-key", options.sign_key,
                   "Sign the seal with this minisign key, one without a password: minisign -G -W makes it")
        ->type_name("FILE");
  }
  if (verb == "status") {
    app.add_flag("--runbook", options.runbook, "Print the runbook for the change ticket, with this server's values");
  }
  if (verb == "note") app.add_option("TEXT", options.note, "One line, without mail addresses")->required();
  if (verb == "dispose") {
    add_reason(app, "--abandon", options.abandon,
               "Also what was neither replayed nor restored; the reason and each name are recorded");
  }
  if (verb == "evacuate" || verb == "empty" || verb == "replay" || verb == "dispose") {
    app.add_option_function<std::string>(
           "--confirm", [&options](const std::string& server) { options.confirm = server; },
           "This server's name, instead of typing it when asked; refused on any other")
        ->type_name("SERVERNAME");
  }
  if (verb == "report") {
    app.add_option("--html", options.html_file, "The report as one page, for people")->type_name("FILE");
    app.add_option("--csv", options.csv_file, "The manifest as CSV")->type_name("FILE");
    app.add_option("--jsonl", options.jsonl_file, "The manifest as JSON lines")->type_name("FILE");
    app.add_flag("--redact", options.redact, "Addresses, subjects and names as keyed digests: joinable, not readable");
  }
}

}  // namespace

void add_verb(CLI::App& program, const Verb& verb, commands::Options& options) {
  const auto description = std::string(verb.purpose) + "\n\nExamples:\n" + std::string(verb.examples) + "\n";
  auto& app = *program.add_subcommand(std::string(verb.name), description);
  app.footer(exit_help);
  if (verb.mailroot) {
    app.add_option("--mailroot", options.mailroot, "The folder that holds Queue and Pickup")->type_name("DIR");
  }
  if (verb.settings) {
    app.add_option("--metabase", options.metabase,
                   "The service's settings (MetaBase.xml): its folders, hop limit, dots; on Windows found by itself")
        ->type_name("FILE");
    app.add_option("--virtual-server", options.virtual_server, "Which of several virtual servers of the metabase")
        ->type_name("N");
  }
  if (verb.recovery) {
    app.add_option("--recovery", options.recovery, "The recovery folder of this maintenance window")
        ->type_name("DIR")
        ->envname("REQUEUE_RECOVERY")
        ->required(verb.recovery_required);
  }
  add_own_options(app, verb.name, options);
  if (verb.dry_run) app.add_flag("-n,--dry-run", options.dry_run, "Show what would be done; change nothing");
  if (verb.service) add_service(app, options);
  if (verb.service) add_timeout(app, options.timeout);
  add_common(app, options);
}

}  // namespace requeue::cli
