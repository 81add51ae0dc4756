#include "commands/open_messages.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "replay/plan_selection.h"
#include "report/selection.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

using replay::Disposition;

// A restore that was cut short: whether the service has it is not known.
bool may_be_back(const recovery::State& state, const std::string& source) {
  if (state.restoring_abandoned.contains(source)) return true;
  return state.restoring && std::ranges::find(state.restoring->sources, source) != state.restoring->sources.end();
}

void count(const recovery::State& state, const replay::Ledger& ledger, const std::string& path, OpenMessages& open) {
  const auto source = escape_bytes(path);
  const auto* const standing = ledger.find(path);
  const auto disposition = standing == nullptr ? Disposition::pending : standing->disposition;
  if (replay::is_settled(disposition)) {
    open.in_doubt += disposition == Disposition::in_doubt ? 1 : 0;
  } else if (ledger.open_intents().contains(path)) {
    ++open.to_send;
  } else if (state.gone.contains(source) || may_be_back(state, source)) {
    ++open.in_doubt;
  } else if (state.restored.contains(source)) {
    ++open.back;
  } else if (replay::stays_in_mailroot(state, path)) {
    return;
  } else if (disposition == Disposition::held) {
    ++open.held;
  } else if (disposition == Disposition::pending || disposition == Disposition::failed) {
    ++open.to_send;
  }
}

}  // namespace

Result<OpenMessages> count_open_messages(const Context& context, recovery::Recovery& recovery,
                                         const replay::Ledger& ledger) {
  OpenMessages open;
  const auto& state = recovery.state();
  REQUEUE_CHECK(requeue::snapshot::read_entries(
      recovery.tree(),
      [&](const requeue::snapshot::Entry& entry) -> Result<void> {
        if (report::is_message(recovery.tree(), entry, state.replayed_folders)) {
          count(state, ledger, entry.source, open);
        }
        return {};
      },
      context.options.jobs));
  return open;
}

}  // namespace requeue::commands
