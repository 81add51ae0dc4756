#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include "cli/cli.h"
#include "cli/completion.h"
#include "cli/man.h"
#include "cli/option_tree.h"
#include "cli/values.h"
#include "cli/verbs.h"
#include "core/text.h"

namespace requeue::cli {
namespace {

using commands::Options;

constexpr const char* exit_help =
    "Exit status: 0 done and balanced, 1 failed, 2 usage, 3 finished but a person is needed, 4 verification failed,\n"
    "5 precondition not met, 6 locked by another run, 7 stale plan, 8 messages in doubt, 130 interrupted.";

// The list of verbs shows what each is for; its examples stand in its own help.
class Help : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* verb) const override {
    const auto& text = verb->get_description();
    std::stringstream out;
    CLI::detail::format_help(out, verb->get_display_name(), text.substr(0, text.find('\n')), column_width_);
    return out.str();
  }
};

// An option whose text a function turns into a value; the function's nullopt is a usage error.
template <class Value>
void add_value(CLI::App& app, const std::string& name, Value& into,
               const std::function<std::optional<Value>(const std::string&)>& read, const std::string& help,
               const std::string& shape) {
  app.add_option_function<std::string>(
         name,
         [&into, read, name, shape](const std::string& text) {
           const auto value = read(text);
           if (!value) throw CLI::ValidationError(name, "takes " + shape + ", not " + text);
           into = *value;
         },
         help)
      ->type_name(shape);
}

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
  app.add_option_function<std::int64_t>(
         "--timeout", [&timeout](const std::int64_t& seconds) { timeout = std::chrono::seconds(seconds); },
         "How long to wait, default 120")
      ->type_name("SECONDS")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{86400}));
}

void add_planning(CLI::App& app, Options& options) {
  auto& plan = options.plan;
  app.add_option("--folder", plan.folders, "Replay this folder too: Drop or Badmail")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"Drop", "Badmail"}, CLI::ignore_case));
  add_value<replay::Policy>(app, "--bounces", plan.bounces, parse_policy, "Bounces: hold (default), replay or skip",
                            "hold|replay|skip");
  add_value<replay::Policy>(app, "--lists", plan.lists, parse_policy,
                            "Mail through lists, recipients from headers only: hold (default), replay or skip",
                            "hold|replay|skip");
  add_value<replay::Dedup>(app, "--dedup", plan.dedup, parse_dedup,
                           "What makes a copy: content (default), exact or off", "content|exact|off");
  app.add_option_function<std::string>(
         "--envelope-check", [&plan](const std::string& word) { plan.check_streams = word == "on"; },
         "Hold mail whose alternate streams hold an address that its header lacks: on (default) or off")
      ->check(CLI::IsMember({"on", "off"}));
  app.add_option_function<unsigned>(
         "--hop-limit",
         [&options](const unsigned& limit) {
           options.plan.hop_limit = limit;
           options.hop_limit_stated = true;
         },
         "Hold a message with so many Received lines; default: the metabase's, else 15")
      ->type_name("N")
      ->check(CLI::Range(1U, 100000U));
  add_value<std::uint64_t>(app, "--max-size", plan.max_size, parse_size, "Hold a larger message (K, M, G)", "SIZE");
  app.add_option_function<std::string>(
         "--max-age",
         [&plan](const std::string& text) {
           plan.max_age_seconds = parse_age(text);
           if (!plan.max_age_seconds)
             throw CLI::ValidationError("--max-age", "takes a number with s, m, h, d or w: 36h, 5d");
         },
         "Skip an older message: 36h, 5d")
      ->type_name("AGE");
  app.add_option("--envelopes", options.envelopes_file, "CSV source,sender,recipients: envelopes given by a person")
      ->type_name("FILE");
  app.add_option("--smtp-log", options.smtp_logs,
                 "SMTP logs, W3C extended or NCSA: who each message was taken in for (repeatable)")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  app.add_flag("--trust-log", plan.trust_log, "Leave out recipients that the logs show as delivered to");
  app.add_option("--against", options.against,
                 "Another recovery folder: what it handed over counts as sent, in later runs too (repeatable)")
      ->type_name("RECOVERY")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--no-against", [&options](const std::string& why) { options.no_against = why; },
         "Without the recovery folders that earlier runs gave with --against; the reason is recorded")
      ->type_name("REASON");
  add_value<mail::Target>(
      app, "--target", plan.compose.target,
      [](const std::string& text) {
        const auto target = mail::target_of(text);
        return target == mail::Target::smtp ? std::nullopt : target;
      },
      "What is written: iis (default); plain, the file unchanged; exchange-replay, for that directory of Exchange",
      "iis|plain|exchange-replay");
  const auto dots = [&options](bool doubled) {
    options.plan.compose.dot_stuff = doubled;
    options.dots_stated = true;
  };
  auto* const keeps = app.add_flag_callback(
      "--no-dot-stuff", [dots] { dots(false); }, "For a Pickup that keeps leading dots");
  app.add_flag_callback(
         "--dot-stuff", [dots] { dots(true); }, "For one that strips them, whatever the metabase says")
      ->excludes(keeps);
}

// Globs and names; each may be given again.
void add_selection(CLI::App& app, Options& options) {
  auto& choice = options.plan.choice;
  app.add_option("--sender", choice.senders, "Only messages from GLOB (* and ?; <> is the null sender; repeatable)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option("--recipient", choice.recipients, "Only messages that go to GLOB, to all of their recipients")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option("--domain", choice.domains, "Only messages with a recipient in this domain")->type_name("GLOB");
  app.add_option_function<std::vector<std::string>>(
         "--message",
         [&choice](const std::vector<std::string>& sources) {
           for (const auto& source : sources) choice.sources.insert(unescape_bytes(source));
         },
         "Only this message, named as plan --out does (repeatable)")
      ->type_name("SOURCE")
      ->allow_extra_args(false);
  const auto moment = [](const std::string& text) { return parse_moment(text, now()); };
  const auto add_moment = [&](const std::string& name, std::optional<Timestamp>& into, const std::string& help) {
    app.add_option_function<std::string>(
           name,
           [&into, moment, name](const std::string& text) {
             into = moment(text);
             if (!into) throw CLI::ValidationError(name, "takes 2026-11-24, 2026-11-24T02:00Z or an age: 36h");
           },
           help)
        ->type_name("TIME");
  };
  add_moment("--since", choice.since,
             "Only what arrived then or later: 2026-11-24, 2026-11-24T02:00Z (UTC), 36h ago: 36h");
  add_moment("--until", choice.until, "Only what arrived then or before");
}

void add_limit(CLI::App& app, Options& options, const std::string& help) {
  app.add_option_function<std::uint64_t>(
         "--limit", [&options](const std::uint64_t& n) { options.pace.limit = n; }, help)
      ->type_name("N");
}

void add_release(CLI::App& app, Options& options) {
  auto& plan = options.plan;
  app.add_option_function<std::vector<std::string>>(
         "--release",
         [&plan](const std::vector<std::string>& words) {
           for (const auto& word : words) {
             if (const auto wrong = add_to_releases(word, plan.releases); !wrong.empty()) {
               throw CLI::ValidationError("--release", wrong);
             }
           }
         },
         "Replay a held message, or all that a rule holds; recorded (repeatable)")
      ->type_name("SOURCE|RULE")
      ->allow_extra_args(false);
  app.add_option("--owed-domain", plan.owed_domains,
                 "Recipients known from headers only: only those in this domain are owed (repeatable)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--several-domains", [&plan](const std::string& text) { plan.hold_several_domains = text == "hold"; },
         "Recipients known from headers only, in several domains: replay (default) or hold")
      ->type_name("hold|replay")
      ->check(CLI::IsMember({"hold", "replay"}));
}

void add_pace(CLI::App& app, Options& options) {
  auto& pace = options.pace;
  app.add_option("--batch", pace.batch, "Messages handed over together, at most 256")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--rate", pace.rate, "At most N messages a minute")->type_name("N")->check(CLI::PositiveNumber);
  app.add_flag("--wait", pace.wait, "Wait for Pickup to drain between batches");
  app.add_option_function<std::uint64_t>(
         "--stop-on-badmail", [&pace](const std::uint64_t& n) { pace.stop_on_badmail = n; },
         "Stop after N new .BAD files; default 10 where there is a Badmail, 0 off")
      ->type_name("N");
}

// A password is read from a file or the environment: a command line is everybody's to read.
void add_smtp(CLI::App& app, Options& options, const std::string& help) {
  struct Given {
    std::string server, tls, ca;
  };
  const auto given = std::make_shared<Given>();
  const auto take = [given, &options] {
    options.smtp = submission::server_of(given->server);
    if (!options.smtp) throw CLI::ValidationError("--smtp", "takes HOST:PORT or [ADDRESS]:PORT, not " + given->server);
    const auto tls = submission::tls_of(given->tls);
    options.smtp->tls = tls ? *tls : submission::usual_tls(options.smtp->host);
    options.smtp->ca_file = given->ca;
    const auto from_environment = [](const char* name) {
      const char* const value = std::getenv(name);
      return std::string(value != nullptr ? value : "");
    };
    options.smtp->user = from_environment("REQUEUE_SMTP_USER");
    options.smtp->password = from_environment("REQUEUE_SMTP_PASSWORD");
  };
  auto* const server = app.add_option("--smtp", given->server, help)->type_name("HOST:PORT");
  app.add_option(
         "--smtp-tls", given->tls,
         "STARTTLS: required (default), if-offered, or off (default for a loopback address); the certificate is "
         "always checked")
      ->check(CLI::IsMember({"required", "if-offered", "off"}))
      ->needs(server);
  app.add_option("--smtp-ca", given->ca, "The authorities to trust, PEM; default: the system's")
      ->type_name("FILE")
      ->needs(server);
  app.add_option("--smtp-auth", options.smtp_auth_file,
                 "User and password, a line each; or REQUEUE_SMTP_USER and REQUEUE_SMTP_PASSWORD in the environment")
      ->type_name("FILE")
      ->needs(server);
  app.callback([given, take] {
    if (!given->server.empty()) take();
  });
}

void add_own_options(CLI::App& app, std::string_view verb, Options& options) {
  if (verb == "inspect") {
    app.add_option("PATH", options.path, "A Mailroot or a recovery folder; without it, the Mailroot of the metabase");
  }
  if (verb == "snapshot" || verb == "evacuate") {
    add_value<snapshot::Method>(app, "--method", options.method, parse_method,
                                "How the snapshot is made: copy (default); link, as hard links on the same volume: no "
                                "byte is written; auto, link where it can be had",
                                "copy|link|auto");
  }
  if (verb == "evacuate" || verb == "empty") {
    app.add_option("--keep", options.keep, "Leave this folder as it is (repeatable)")->type_name("NAME");
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
  if (verb == "plan") app.add_option("--out", options.out_file, "Write the plan as CSV, for review")->type_name("FILE");
  if (verb == "replay") {
    app.add_option("--pickup", options.pickup, "Into this Pickup; default: that of the recorded Mailroot")
        ->type_name("DIR");
    app.add_option("--plan", options.plan_file, "Only as this plan says; refused when its sources changed")
        ->type_name("FILE");
    app.add_option_function<std::string>(
           "--no-probe", [&options](const std::string& why) { options.no_probe = why; },
           "Replay without a passed probe; the reason is recorded")
        ->type_name("REASON");
    app.add_option("--resolve", options.resolve, "Record your word on a message in doubt; sends nothing (repeatable)")
        ->type_name("sent|not-sent SOURCE");
    add_pace(app, options);
    add_smtp(app, options, "By SMTP to this server, in place of a Pickup");
  }
  if (verb == "restore") {
    app.add_option("--folder", options.folders, "Only this folder (repeatable)")->type_name("NAME");
    app.add_flag("--held", options.held, "Only the held messages, back into Queue");
  }
  if (verb == "audit") {
    app.add_option("--expect-head", options.expect_heads, "A head noted earlier must be in the chain (repeatable)")
        ->type_name("HASH");
    app.add_flag("--quick", options.quick, "Do not read the payload; everything else is checked");
    app.add_option("--public-key", options.public_key, "Check the seal's signature (a minisign public key)")
        ->type_name("FILE");
  }
  if (verb == "seal") {
    app.add_option("--sign-key", options.sign_key, "Sign the seal with this minisign key, one without a password")
        ->type_name("FILE");
  }
  if (verb == "status") {
    app.add_flag("--runbook", options.runbook, "Print the runbook for the change ticket, with this server's values");
  }
  if (verb == "note") app.add_option("TEXT", options.note, "One line, without mail addresses")->required();
  if (verb == "dispose") {
    app.add_option_function<std::string>(
           "--abandon", [&options](const std::string& why) { options.abandon = why; },
           "Also what was neither replayed nor restored; the reason and each name are recorded")
        ->type_name("REASON");
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

void add_verb(CLI::App& program, const Verb& verb, Options& options) {
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
  if (verb.service || verb.name == "probe") add_timeout(app, options.timeout);
  add_common(app, options);
}

std::string check_scm(const Options& options) {
  const auto kind = options.service.empty() ? std::string(service::default_kind()) : options.service;
  if (kind == "scm") return service::default_kind() == "scm" ? "" : "--service scm works only on Windows";
  const bool named = options.service_name != Options().service_name || !options.service_host.empty();
  return named ? "--service-name and --service-host go with --service scm, which works only on Windows" : "";
}

std::string check_service(const Options& options) {
  if (auto wrong = check_scm(options); !wrong.empty()) return wrong;
  const bool commands =
      !options.stop_command.empty() || !options.start_command.empty() || !options.status_command.empty();
  if (options.service == "command" && options.status_command.empty()) return "--service command needs --status-command";
  if (options.service != "command" && commands)
    return "--stop-command, --start-command and --status-command go with --service command";
  const bool stops = options.command == "stop" || options.command == "evacuate";
  if (options.service == "command" && stops && options.stop_command.empty())
    return "--service command needs --stop-command here";
  const bool starts = options.command == "start" || options.command == "evacuate";
  if (options.service == "command" && starts && options.start_command.empty())
    return "--service command needs --start-command here";
  return {};
}

// Both change what is written; a file that is handed back unchanged says itself whom it goes to.
std::string check_target(const Options& options) {
  const bool plain = options.plan.compose.target == mail::Target::plain;
  if (!options.against.empty() && options.plan.dedup == replay::Dedup::off)
    return "--against does not go with --dedup off";
  if (options.plan.trust_log && options.smtp_logs.empty()) return "--trust-log needs --smtp-log";
  if (plain && !options.smtp_logs.empty()) return "--smtp-log does not go with --target plain";
  return plain && !options.plan.owed_domains.empty() ? "--owed-domain does not go with --target plain" : "";
}

std::string check_smtp(const Options& options) {
  if (!options.smtp) return {};
  if (!submission::is_built_in()) return "this build has no SMTP in it: --smtp works on Linux";
  if (!options.pickup.empty() || !options.mailroot.empty()) return "--smtp stands in place of --pickup and --mailroot";
  if (options.plan.compose.target != mail::Target::iis) return "--smtp does not go with --target";
  const bool waits = options.pace.wait || options.pace.stop_on_badmail.has_value();
  if (waits) return "--wait and --stop-on-badmail look at a Pickup: they do not go with --smtp";
  if (options.smtp->user.empty() != options.smtp->password.empty())
    return "REQUEUE_SMTP_USER and REQUEUE_SMTP_PASSWORD go together";
  return {};
}

std::string check_words(const Options& options) {
  if (options.abandon && trim(*options.abandon).empty()) return "--abandon needs a reason";
  for (const auto& [word, source] : options.resolve) {
    if (word != "sent" && word != "not-sent")
      return "--resolve takes sent or not-sent and a source, not " + printable(word);
  }
  return {};
}

std::string check_paths(const Options& options, const Verb& verb) {
  if (verb.recovery_required && options.recovery.empty()) return "--recovery DIR is needed";
  if (!options.virtual_server.empty() && options.metabase.empty() && service::default_kind() != "scm") {
    return "--virtual-server goes with --metabase";
  }
  return {};
}

// What a value looks like, from the words that the help shows: TEXT:{a,b}, hold|replay, DIR, FILE.
CompletedOption completed(const CLI::Option& option) {
  CompletedOption out;
  out.name = option.get_positional() ? option.get_name(true) : "--" + option.get_lnames().front();
  if (option.get_items_expected_max() == 0) return out;
  out.value = CompletedOption::Value::text;
  auto shape = option.get_type_name();
  const auto brace = shape.find('{');
  const bool listed = brace != std::string::npos;
  if (listed) shape = shape.substr(brace + 1, shape.find('}') - brace - 1);
  const bool words = shape.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ ") == std::string::npos;
  if (listed || (words && shape.find('|') != std::string::npos)) {
    out.value = CompletedOption::Value::choice;
    out.choices = CLI::detail::split(shape, listed ? ',' : '|');
  }
  if (shape == "DIR" || shape == "RECOVERY") out.value = CompletedOption::Value::folder;
  if (shape.starts_with("FILE") || out.name == "PATH") out.value = CompletedOption::Value::file;
  return out;
}

std::vector<CompletedVerb> completed_verbs(const CLI::App& program) {
  std::vector<CompletedVerb> verbs;
  for (const auto* const app : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (app->get_group().empty()) continue;  // not for people
    auto& verb = verbs.emplace_back();
    verb.name = app->get_name();
    for (const auto* const option : app->get_options()) {
      (option->get_positional() ? verb.positionals : verb.options).push_back(completed(*option));
    }
  }
  return verbs;
}

// The first word of a whole help text: what it is, and the three commands of a recovery.
constexpr const char* purpose =
    "requeue: recovers the queue of a Windows SMTP service: no message lost, none sent twice.\n\nExamples:\n"
    "  requeue evacuate --mailroot M --recovery R\n"
    "  requeue probe --mailroot M --recovery R --from admin@example.com --to me@example.org\n"
    "  requeue replay --recovery R\n";

// `help`, `help VERB`: the same as --help.
std::vector<std::string> as_help(const std::vector<std::string>& given) {
  if (given.empty() || given.front() != "help") return given;
  std::vector<std::string> arguments(given.begin() + 1, given.end());
  arguments.emplace_back("--help");
  return arguments;
}

}  // namespace

Parsed parse(const std::vector<std::string>& given) {
  auto arguments = as_help(given);
  std::ranges::replace(arguments, std::string("/?"), std::string("--help"));
  Parsed parsed;
  auto& options = parsed.options;
  parsed.json = std::ranges::find(arguments, "--json") != arguments.end();
  options.json = parsed.json;
  CLI::App program{purpose, "requeue"};
  program.formatter(std::make_shared<Help>());
  program.require_subcommand(1);
  program.allow_windows_style_options(false);  // "/x" is a path here, on Windows too
  program.footer(exit_help);
  const auto self = this_program;
  program.set_version_flag("--version", [self] {
    const auto it = self();
    return "requeue " + it.version + " (" + it.build + ")";
  });
  for (const auto& verb : verbs()) add_verb(program, verb, options);
  // Not for people: the build asks for the man pages. Without a group it stands in no help.
  std::string page;
  auto* const man = program.add_subcommand("man", "A man page in roff")->group("");
  man->add_option("VERB", page);
  std::string shell;
  auto* const completion =
      program.add_subcommand("completion",
                             "Write a completion script for a shell\n\nExamples:\n  source <(requeue completion bash)\n"
                             "  requeue completion powershell >> $PROFILE\n");
  completion->add_option("SHELL", shell, "bash or powershell")
      ->required()
      ->check(CLI::IsMember({"bash", "powershell"}));
  if (arguments.empty()) {
    std::cerr << program.help();
    parsed.finished = static_cast<int>(Exit::usage);
    return parsed;
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them from the back
  try {
    program.parse(std::move(reversed));
    if (completion->parsed()) {
      std::cout << completion_script(shell, completed_verbs(program));
      parsed.finished = 0;
      return parsed;
    }
    if (man->parsed()) {
      const auto text = man_page(words_of(program), page, self().version);
      std::cout << text;
      parsed.finished = static_cast<int>(text.empty() ? Exit::usage : Exit::done);
      return parsed;
    }
  } catch (const CLI::Success& success) {
    parsed.finished = program.exit(success);
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.usage_error = program.get_subcommands().empty() && !arguments.front().starts_with("-")
                             ? "there is no command " + printable(arguments.front())
                             : error.what();
  }
  const auto used = program.get_subcommands();
  for (const auto& verb : verbs()) {
    if (used.empty() || used.front()->get_name() != verb.name) continue;
    options.command = verb.name;
    parsed.command = verb.command;
    if (parsed.usage_error.empty()) parsed.usage_error = check_paths(options, verb);
    if (parsed.usage_error.empty()) parsed.usage_error = check_service(options);
    if (parsed.usage_error.empty()) parsed.usage_error = check_target(options);
    if (parsed.usage_error.empty()) parsed.usage_error = check_smtp(options);
    if (parsed.usage_error.empty()) parsed.usage_error = check_words(options);
  }
  options.pace.batch = std::min<std::uint64_t>(options.pace.batch, 256);
  options.command_line = without_addresses(arguments);
  return parsed;
}

}  // namespace requeue::cli
