// dispose: the mail destroyed once nobody needs it, the record kept. Personal data must not live for ever.
#include "commands/confirm.h"
#include "commands/context.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "report/settled.h"
#include "snapshot/destroy.h"

namespace requeue::commands {
namespace {

using Items = std::vector<report::OpenItem>;

constexpr std::size_t names_shown = 10;
constexpr std::size_t items_a_line = 256;

Result<void> refuse_disposal(const Context& context, const recovery::State& state) {
  if (state.disposed_at != 0) {
    return failure(Exit::precondition, "the mail of this recovery folder was destroyed already",
                   context.options.recovery, "by journal line " + std::to_string(state.disposed_at),
                   "Nothing was touched.");
  }
  if (state.sealed_at == 0) {
    return failure(Exit::precondition, "this recovery folder is not sealed", context.options.recovery,
                   "what is destroyed could then not be accounted for",
                   "Nothing was destroyed. First: " + again(context, "seal"));
  }
  return {};
}

Result<Items> only_copies(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger) {
  Items items;
  if (recovery.state().payload_destroyed()) return items;  // told before, and partly gone
  REQUEUE_CHECK(
      report::each_only_copy(recovery, ledger, context.console, [&](const report::OpenItem& item) -> Result<void> {
        items.push_back(item);
        return {};
      }));
  return items;
}

void name_items(Context& context, const Items& items) {
  for (std::size_t i = 0; i < items.size() && i < names_shown; ++i) {
    context.console.result("[" + printable(items[i].why) + "] " + printable(items[i].source));
  }
  if (items.size() > names_shown)
    context.console.result("... and " + std::to_string(items.size() - names_shown) + " more");
}

Result<void> refuse_only_copies(Context& context, const recovery::State& state, const Items& items) {
  if (items.empty() || context.options.abandon) return {};
  name_items(context, items);
  return failure(Exit::precondition, "what this snapshot holds stands nowhere else", context.options.recovery,
                 counted(items.size(), "file") + " were neither replayed nor restored",
                 "Nothing was destroyed. Put them back: " + again(context, "restore", state.mailroot) +
                     " (--held for held messages, --folder NAME for a folder); or give them up with --abandon "
                     "\"REASON\", which names each in the record.");
}

Result<void> record_abandoned(recovery::Recovery& recovery, const Items& items, const std::string& reason) {
  for (std::size_t first = 0; first < items.size(); first += items_a_line) {
    Json list = Json::array();
    for (std::size_t i = first; i < items.size() && i < first + items_a_line; ++i) {
      list.push_back(Json{{"source", items[i].source}, {"why", items[i].why}});
    }
    REQUEUE_CHECK(recovery.record("abandoned", Json{{"reason", escape_bytes(reason)}, {"items", list}}));
  }
  return {};
}

Result<Outcome> dispose_work(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                             const Confirmation& word) {
  REQUEUE_CHECK(refuse_disposal(context, recovery.state()));
  REQUEUE_TRY(const auto items, only_copies(context, recovery, ledger));
  REQUEUE_CHECK(refuse_only_copies(context, recovery.state(), items));
  REQUEUE_CHECK(record(recovery, word));
  REQUEUE_CHECK(record_abandoned(recovery, items, context.options.abandon.value_or("")));
  const auto facts = *recovery.state().snapshot;
  // Flushed before the first removal: payload that is missing without this line is damage.
  REQUEUE_CHECK(recovery.record("disposing", snapshot_json(facts)));
  REQUEUE_CHECK(recovery.flush());
  context.console.phase("dispose", facts.files, facts.bytes);
  REQUEUE_TRY(const auto removed, requeue::snapshot::destroy_payload(recovery.tree(), context.console));
  REQUEUE_CHECK(recovery.record("disposed", Json{{"removed", removed}, {"abandoned", items.size()}}));
  REQUEUE_CHECK(recovery.flush());
  context.console.result("[ok] destroyed: " + counted(removed, "file") + "; journal, manifests and seal are kept");
  context.console.result("removed, not overwritten: what backups and the disk itself still hold is not ours to reach");
  context.console.result("Next: " + again(context, "audit"));
  return Outcome{Exit::done, Json{{"destroyed", {{"files", removed}, {"line", recovery.state().disposed_at}}},
                                  {"abandoned", items.size()}}};
}

}  // namespace

Result<Outcome> dispose(Context& context) {
  bool begun = false;
  REQUEUE_CHECK(recovery::require_free(context.files, context.options.recovery));
  {
    replay::Ledger ledger;
    REQUEUE_TRY(const auto reading, recovery::open_to_read(context.files, context.options.recovery, {&ledger}));
    REQUEUE_CHECK(refuse_disposal(context, reading->state()));
    REQUEUE_TRY(const auto items, only_copies(context, *reading, ledger));
    REQUEUE_CHECK(refuse_only_copies(context, reading->state(), items));
    begun = reading->state().payload_destroyed();
    if (!begun) {
      REQUEUE_CHECK(require_whole_record(context, "the record is damaged, and nothing could tell so after a disposal"));
    }
    if (context.options.dry_run) {
      name_items(context, items);
      context.console.result("DRY RUN: would destroy the copies of " +
                             counted(reading->state().snapshot->files, "file") + ", " + std::to_string(items.size()) +
                             " of which stand nowhere else; nothing is removed");
      return Outcome{Exit::done, Json{{"dry_run", true}, {"abandoned", items.size()}}};
    }
  }
  REQUEUE_TRY(const auto word, confirm(context, "dispose", context.options.recovery,
                                       "This destroys the mail kept in " + printable(context.options.recovery) +
                                           " for good; the record stays.",
                                       begun));
  replay::Ledger ledger;
  return in_run(context, recovery::Missing::refuse, {}, {&ledger},
                [&](recovery::Recovery& recovery) { return dispose_work(context, recovery, ledger, word); });
}

}  // namespace requeue::commands
