#include "commands/announce.h"

#include "core/text.h"

namespace requeue::commands {

void announce(Context& context, const std::string& head, service::EventId id, service::Gravity gravity,
              const std::string& text) {
  if (context.event_log == nullptr) return;
  context.event_log->write(
      id, gravity, text + ". Recovery folder: " + printable(context.options.recovery) + ". Journal head: " + head);
}

void announce_balance_failed(Context& context, const std::string& head) {
  announce(context, head, service::EventId::balance_failed, service::Gravity::error,
           "The balance failed: not every message found is accounted for. Run requeue audit");
}

}  // namespace requeue::commands
