#include "commands/runbook.h"

#include <map>

#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "recovery/host.h"

namespace requeue::commands {

extern const std::string_view runbook_page;  // docs/runbook.md

namespace {

constexpr std::string_view open_space = "____";

std::string or_open(const std::string& text) {
  return text.empty() ? std::string(open_space) : text;
}

// A cell of a table ends at a bar, and a line at its end: a folder may be named so.
std::string cell(const std::string& text) {
  std::string out;
  for (const char each : printable(text)) out += each == '|' ? std::string("\\|") : std::string(1, each);
  return out;
}

std::string mib(std::uint64_t bytes) {
  return std::to_string(bytes >> 20U) + " MiB";
}

struct Place {
  std::string path;                   // empty: not known
  std::shared_ptr<files::Tree> tree;  // none: it cannot be opened, or is no Mailroot
};

Place mailroot_of(Context& context, const recovery::State& state) {
  const auto site = find_site(context, state);
  if (site) return {site->mailroot_path, site->mailroot};
  return {state.mailroot.empty() ? context.options.mailroot : unescape_bytes(state.mailroot), nullptr};
}

std::string size_of(const recovery::State& state, const Place& place) {
  if (state.snapshot) {
    return counted(state.snapshot->files, "file") + ", " + counted(state.snapshot->bytes, "byte") +
           " (in the snapshot)";
  }
  if (!place.tree) return {};
  const auto counts = mailroot::walk(
      *place.tree, [](const mailroot::Item&) -> Result<void> { return {}; }, mailroot::Vanished::passed_over);
  if (!counts) return {};
  return counted(counts->files, "file") + ", " + counted(counts->bytes, "byte") + ", " +
         counted(counts->folders, "folder");
}

// Of the recovery folder's volume, or of the one that it would be made on.
std::string free_of(Context& context) {
  if (context.options.recovery.empty()) return {};
  auto path = context.files.resolve(context.options.recovery);
  if (!path) return {};
  for (auto place = *path; !place.empty(); place = place.parent_path()) {
    if (const auto tree = context.files.open(place)) {
      const auto volume = (*tree)->volume("");
      return volume ? mib(volume->free_bytes) + " (" + volume->file_system + ")" : std::string();
    }
    if (place == place.parent_path()) break;
  }
  return {};
}

std::string service_of(Context& context) {
  const auto state = context.service.state();
  if (state && *state == service::State::absent) return "nobody is asked (--service none)";
  const auto& host = context.options.service_host;
  return context.service.name() + (host.empty() ? "" : " on " + host) + ": " +
         (state ? std::string(service::to_string(*state)) : std::string("unknown"));
}

bool nobody_is_asked(Context& context) {
  const auto state = context.service.state();
  return state && *state == service::State::absent;
}

std::string answers_of(Context& context) {
  return nobody_is_asked(context) ? "not asked (--service none); by hand: it is stopped, and stays so until step 6"
                                  : "running";
}

std::string stop_the_service(Context& context) {
  if (nobody_is_asked(context)) return "stop the service (requeue drives none here)";
  return '`' + again(context, "stop") + service_options(context) + '`';
}

using Values = std::map<std::string, std::string, std::less<>>;

Values values_of(Context& context, const recovery::State& state, const std::string& head, const std::string& next) {
  const auto& options = context.options;
  const auto place = mailroot_of(context, state);
  const auto& mailroot = place.path;
  const auto host = recovery::this_host().name;
  const auto word = [](const std::string& path) { return shell_quoted(path.empty() ? "DIR" : path); };
  const auto at = " --recovery " + word(options.recovery);
  return {{"host", or_open(host)},
          {"ticket", or_open(options.ticket)},
          {"printed", to_iso8601(now())},
          {"stage", std::string(recovery::to_string(state.stage()))},
          {"next", or_open(next)},
          {"service", service_of(context)},
          {"mailroot", mailroot.empty() ? std::string(open_space) : word(mailroot)},
          {"recovery", options.recovery.empty() ? std::string(open_space) : word(options.recovery)},
          {"size", or_open(size_of(state, place))},
          {"free", or_open(free_of(context))},
          {"head", or_open(head)},
          {"at", at},
          {"paths", at + mailroot_options(context, mailroot)},
          {"look", options.metabase.empty() ? ' ' + word(mailroot) : mailroot_options(context, mailroot)},
          {"options", service_options(context)},
          {"confirm", " --confirm " + shell_quoted(host)},
          {"answers", answers_of(context)},
          {"stop", stop_the_service(context)},
          {"start", start_the_service(context)}};
}

}  // namespace

std::string runbook(Context& context, const recovery::State& state, const std::string& head, const std::string& next) {
  const auto values = values_of(context, state, head, next);
  std::string out;
  auto rest = runbook_page.substr(0, runbook_page.size() - 1);  // the console ends the line
  for (;;) {
    const auto at = rest.find("{{");
    const auto end = at == std::string_view::npos ? at : rest.find("}}", at);
    if (end == std::string_view::npos) return out += rest;
    const auto value = values.find(rest.substr(at + 2, end - at - 2));
    out += rest.substr(0, at);
    out += value == values.end() ? std::string(rest.substr(at, end + 2 - at)) : cell(value->second);
    rest.remove_prefix(end + 2);
  }
}

}  // namespace requeue::commands
