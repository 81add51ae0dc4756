#include "commands/words.h"

#include <initializer_list>
#include <utility>

#include "core/text.h"

namespace requeue::commands {

std::string counted(std::uint64_t count, std::string_view one) {
  return std::to_string(count) + ' ' + std::string(one) + (count == 1 ? "" : "s");
}

namespace {

// restore takes no metabase: the record knows the folders.
std::string options_of(const Context& context, std::string_view verb, const std::string& mailroot) {
  const bool recorded = verb == "restore" && context.options.mailroot.empty() && !context.options.metabase.empty();
  return recorded ? std::string() : mailroot_options(context, mailroot);
}

}  // namespace

std::string again(const Context& context, std::string_view verb) {
  const auto& recovery = context.options.recovery;
  return "requeue " + std::string(verb) + " --recovery " + shell_quoted(recovery.empty() ? "DIR" : recovery);
}

std::string again(const Context& context, std::string_view verb, const recovery::State& state) {
  return again(context, verb, unescape_bytes(state.mailroot));
}

std::string again(const Context& context, std::string_view verb, const std::string& mailroot) {
  return again(context, verb) + options_of(context, verb, mailroot);
}

std::string mailroot_options(const Context& context, const std::string& mailroot) {
  const auto& options = context.options;
  if (options.metabase.empty() || !options.mailroot.empty()) {
    return " --mailroot " + shell_quoted(mailroot.empty() ? "DIR" : mailroot);
  }
  auto out = " --metabase " + shell_quoted(options.metabase);
  if (!options.virtual_server.empty()) out += " --virtual-server " + shell_quoted(options.virtual_server);
  return out;
}

bool needs_probe(const recovery::State& state) {
  return !state.probe_passed() && state.no_probe.empty();
}

std::string unknown_pickup(const Context& context, const recovery::State& state) {
  const bool known = !state.mailroot.empty() || !state.pickup.empty() || context.options.smtp;
  return known ? "" : " --pickup DIR";
}

std::string next_replay(const Context& context, const recovery::State& state) {
  auto command = again(context, "replay");
  const auto usual = [&](const std::string& pickup) {
    return unescape_bytes(pickup) == state.pickup || (!state.mailroot.empty() && pickup.starts_with(state.mailroot)) ||
           !state.mailroot_folders.empty();
  };
  if (!state.replay_smtp.empty()) {
    command += " --smtp " + shell_quoted(state.replay_smtp);
  } else if (!state.replay_pickup.empty() && !usual(state.replay_pickup)) {
    command += " --pickup " + shell_quoted(unescape_bytes(state.replay_pickup));
  } else if (state.replay_pickup.empty() && !state.probe_smtp.empty()) {
    command += " --smtp " + shell_quoted(state.probe_smtp);
  }
  if (state.replay_smtp.empty() && state.probe_smtp.empty() && state.replay_pickup.empty()) {
    command += unknown_pickup(context, state);
  }
  const bool this_way = state.probe_passed() && state.probe_smtp.empty() == state.replay_smtp.empty();
  if (!state.no_probe.empty() && !this_way) command += " --no-probe " + shell_quoted(unescape_bytes(state.no_probe));
  return command;
}

std::string next_probe(const Context& context, const recovery::State& state) {
  const auto begin = state.probe_smtp.empty() ? again(context, "probe", state) + service_options(context)
                                              : again(context, "probe") + " --smtp " + shell_quoted(state.probe_smtp);
  return begin + " --from YOU --to SOMEBODY";
}

std::string service_options(const Context& context) {
  const auto& options = context.options;
  std::string out;
  if (!options.service.empty()) out += " --service " + options.service;
  if (!options.service_host.empty()) out += " --service-host " + shell_quoted(options.service_host);
  const bool own_name = options.service_name != Options().service_name;
  if (own_name) out += " --service-name " + shell_quoted(options.service_name);
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const std::string&>>{
           {" --stop-command ", options.stop_command},
           {" --start-command ", options.start_command},
           {" --status-command ", options.status_command}}) {
    if (!value.empty()) out += name + shell_quoted(value);
  }
  return out;
}

std::string scope_options(const recovery::State& state) {
  std::string text;
  for (const auto& name : state.kept_folders) text += " --keep " + shell_quoted(name);
  return text + (state.mailbox_emptied ? " --empty-mailbox" : "");
}

std::string on_another(const Context& context, std::string_view verb, const std::string& recovery,
                       const std::string& mailroot) {
  return "requeue " + std::string(verb) + " --recovery " + shell_quoted(recovery) +
         options_of(context, verb, mailroot) + service_options(context);
}

std::string restore_first(const Context& context, const recovery::State& state) {
  return "First run that restore again, with its --folder or --held: " + again(context, "restore", state) +
         service_options(context);
}

std::string service_in_words(const Context& context) {
  const auto name = context.service.name();
  return name == "command" ? "the service (by its own command)" : printable(name);
}

std::string start_the_service(const Context& context, bool sealed) {
  const auto& service = context.options.service;
  const auto kind = service.empty() ? service::default_kind() : std::string_view(service);
  if (kind == "none") return "start the service (requeue drives none here)";
  return (sealed ? std::string("requeue start") : again(context, "start")) + service_options(context);
}

std::string refused_words(const Context& context, const recovery::State& state) {
  if (state.refused_recipients == 0) return {};
  return counted(state.refused_recipients, "recipient") +
         " refused by an SMTP server, of messages that went to the others: " + again(context, "report") +
         " --jsonl FILE names them, with what it said";
}

}  // namespace requeue::commands
