#include "cli/cli.h"
#include "cli/console.h"
#include "commands/outputs.h"
#include "core/sleep.h"
#include "core/text.h"

namespace requeue::cli {
namespace {

using commands::Options;

std::unique_ptr<service::Control> asked_service(const Options& options) {
  const auto kind = options.service.empty() ? service::default_kind() : std::string_view(options.service);
  if (kind == "scm") return service::scm_service({options.service_name, options.service_host}, options.timeout);
  if (kind == "none") return service::no_service();
  return service::command_service({options.stop_command, options.start_command, options.status_command},
                                  options.timeout);
}

std::unique_ptr<service::Control> make_service(const Options& options) {
  auto control = asked_service(options);
  return options.dry_run ? service::read_only_service(std::move(control)) : std::move(control);
}

std::unique_ptr<files::Files> make_files(const Options& options) {
  auto files = files::real_files();
  return options.dry_run ? files::read_only_files(std::move(files)) : std::move(files);
}

Json json_of(const std::string& command, Exit exit, Json body) {
  Json object{
      {"schema", "requeue/1"}, {"command", command}, {"ok", exit == Exit::done}, {"exit", static_cast<int>(exit)}};
  for (auto& [key, value] : body.items()) object[key] = std::move(value);
  return object;
}

Json json_of(const Error& error) {
  return Json{{"error",
               {{"what", escape_bytes(error.what)},
                {"path", escape_bytes(error.path)},
                {"why", escape_bytes(error.why)},
                {"hint", escape_bytes(error.hint)}}}};
}

int tell_error(TerminalConsole& console, const Options& options, const Error& error) {
  console.warn("requeue" + (options.command.empty() ? "" : " " + options.command) + ": " + to_text(error));
  console.finish(false);
  if (options.json) console.json(to_line(json_of(options.command, error.exit, json_of(error))));
  return static_cast<int>(error.exit);
}

int tell_usage(const Parsed& parsed) {
  TerminalConsole console({parsed.json, false, {}});
  Error error{Exit::usage, Cause::other, parsed.usage_error,
              {},          {},           "requeue --help, requeue VERB --help. Nothing was touched."};
  return tell_error(console, parsed.options, error);
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto parsed = parse(arguments);
  if (parsed.finished) return *parsed.finished;
  if (!parsed.usage_error.empty()) return tell_usage(parsed);
  const auto& options = parsed.options;
  const auto files = make_files(options);
  if (auto apart = commands::require_outputs_apart(*files, options); !apart) {
    TerminalConsole console({options.json, options.quiet, {}});  // the log itself may be what is refused
    return tell_error(console, options, apart.error());
  }
  TerminalConsole console({options.json, options.quiet, options.log});
  if (const auto& problem = console.log_problem(); !problem.empty()) {
    return tell_error(console, options,
                      {Exit::precondition, Cause::other, "cannot write the log", options.log, problem,
                       "Nothing was touched. Give --log the name of a file in a folder that this account may write."});
  }
  if (const auto note = platform_note(); !note.empty()) console.say(note);
  watch_for_interrupt();
  const auto control = make_service(options);
  const auto events = service::system_event_log();
  const auto connect = [&](const submission::Server& server) {
    return submission::connect(server, {interrupts_seen, [&](std::string_view line) { console.warn(line); }});
  };
  commands::Context context{
      options,     *files,         *control,  !options.service.empty() || !options.service_host.empty(),
      console,     this_program(), sleep_for, connect,
      events.get()};
  auto outcome = parsed.command(context);
  if (!outcome) return tell_error(console, options, outcome.error());
  const bool well = outcome->exit == Exit::done;
  if (options.json) {
    for (const auto& line : console.warnings()) {
      if (well) outcome->body["warnings"].push_back(line);
    }
    console.json(to_line(json_of(options.command, outcome->exit, std::move(outcome->body))));
  }
  console.finish(well);
  return static_cast<int>(outcome->exit);
}

}  // namespace requeue::cli
