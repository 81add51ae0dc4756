#include "cli/checks.h"

#include "core/text.h"

namespace requeue::cli {
namespace {

using commands::Options;

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
  // The service reads whom a plain file goes to in its header: another envelope would be recorded, and not sent.
  if (plain && !options.envelopes_file.empty()) return "--envelopes does not go with --target plain";
  return plain && !options.plan.owed_domains.empty() ? "--owed-domain does not go with --target plain" : "";
}

std::string check_smtp(const Options& options) {
  if (!options.smtp) return {};
  const bool connects = options.command == "replay" || options.command == "probe";
  if (connects && !submission::is_built_in()) return "this build has no SMTP in it: --smtp works on Linux";
  if (!options.pickup.empty() || !options.mailroot.empty()) return "--smtp stands in place of --pickup and --mailroot";
  if (options.plan.compose.target != mail::Target::iis) return "--smtp does not go with --target";
  const bool waits = options.pace.wait || options.pace.stop_on_badmail.has_value();
  if (waits) return "--wait and --stop-on-badmail look at a Pickup: they do not go with --smtp";
  if (options.smtp->user.empty() != options.smtp->password.empty())
    return "REQUEUE_SMTP_USER and REQUEUE_SMTP_PASSWORD go together";
  return {};
}

std::string check_words(const Options& options) {
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

}  // namespace

std::string check(const Options& options, const Verb& verb) {
  if (auto wrong = check_paths(options, verb); !wrong.empty()) return wrong;
  for (const auto each : {check_service, check_target, check_smtp, check_words}) {
    if (auto wrong = each(options); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace requeue::cli
