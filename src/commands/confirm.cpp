#include "commands/confirm.h"

#include "core/text.h"
#include "recovery/host.h"

namespace requeue::commands {
namespace {

// Where the mail is: the host whose service is driven, else this one.
std::string server_of(const Context& context) {
  const auto& remote = context.options.service_host;
  return remote.empty() ? recovery::this_host().name : remote;
}

Result<void> other_server(const std::string& server, const std::string& said) {
  return failure(
      Exit::precondition, "this was not confirmed", {},
      said.empty() ? "nothing was typed" : "this server is " + printable(server) + ", not " + printable(said),
      "Nothing was touched. Run the same command on the right server, or type its name.");
}

}  // namespace

Result<void> require_this_server(const Context& context) {
  const auto& named = context.options.confirm;
  if (!named) return {};
  const auto server = server_of(context);
  return ascii_iequals(*named, server) ? Result<void>() : other_server(server, *named);
}

Result<Confirmation> confirm(Context& context, const std::string& step, const std::string& place,
                             const std::string& sentence, bool given) {
  REQUEUE_CHECK(require_this_server(context));
  if (context.options.confirm) return Confirmation{step, "option", place};
  const auto server = server_of(context);
  if (given) return Confirmation{step, {}, place};
  const auto typed = context.console.ask(sentence + "\nType this server's name (" + printable(server) + ") to go on: ");
  if (!typed) return Confirmation{step, "command_line", place};
  const auto answer = std::string(trim(*typed));
  if (!ascii_iequals(answer, server)) return failure(other_server(server, answer).error());
  return Confirmation{step, "typed", place};
}

Result<void> record(recovery::Recovery& recovery, const Confirmation& confirmation) {
  if (confirmation.how.empty()) return {};
  return recovery.record(
      "confirmed",
      Json{{"step", confirmation.step}, {"how", confirmation.how}, {"place", escape_bytes(confirmation.place)}});
}

}  // namespace requeue::commands
