// dispose: the mail destroyed once nobody needs it, the record kept. Personal data must not live for ever.
#include <algorithm>
#include <set>

#include "commands/confirm.h"
#include "commands/context.h"
#include "commands/open_mark.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "journal/heads.h"
#include "mailroot/mailroot.h"
#include "replay/handoff.h"
#include "report/settled.h"
#include "snapshot/destroy.h"
#include "snapshot/standing.h"

namespace requeue::commands {
namespace {

using Items = std::vector<report::OpenItem>;

constexpr std::size_t names_shown = 10;
constexpr std::size_t items_a_line = 256;
constexpr std::string_view restored_word = "restored: ";

Result<void> refuse_disposal(Context& context, const recovery::State& state) {
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
  if (waits_for_restore(context, state)) {
    return failure(Exit::precondition, "a restore from this recovery folder was cut short", context.options.recovery,
                   "messages of it may stand in the Mailroot under temporary names, and its mark does",
                   "Nothing was destroyed. " + restore_first(context, state));
  }
  return {};
}

// Whether what a restore put back stands there still. That the service has sent it cannot be told from its being gone.
std::string why_not_standing(files::Tree* mailroot, const requeue::snapshot::Entry& entry) {
  using requeue::snapshot::Standing;
  if (mailroot == nullptr) return "its Mailroot cannot be looked at from here";
  const auto standing = requeue::snapshot::standing_of(*mailroot, entry);
  if (!standing) return "it cannot be looked at";
  if (*standing == Standing::absent) return "gone since";
  return *standing == Standing::same ? "" : "another file stands there now";
}

Result<Items> only_copies(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger) {
  Items items;
  const auto& state = recovery.state();
  if (state.payload_destroyed()) return items;  // told before, and partly gone
  const auto opened =
      state.restored.empty() ? Result<std::shared_ptr<files::Tree>>() : recorded_mailroot(context, state);
  auto* const mailroot = opened ? opened->get() : nullptr;
  const auto look = [&](const auto& entry) { return why_not_standing(mailroot, entry); };
  REQUEUE_CHECK(report::each_only_copy(recovery, ledger, context.console, look,
                                       [&](const report::OpenItem& item) -> Result<void> {
                                         items.push_back(item);
                                         return {};
                                       }));
  return items;
}

bool is_gone(const report::OpenItem& item) {
  return item.why.starts_with(restored_word);
}

// The restore that puts all of them back: of the folders that they come from, or of held messages alone.
std::string way_back(const Context& context, const recovery::State& state, const Items& items) {
  bool held_alone = true, any = false, gone = false;
  std::set<std::string> folders;
  for (const auto& [source, why] : items) {
    const bool restored = why.starts_with(restored_word);
    gone = gone || restored;
    if (restored || why == "superseded") continue;
    any = true;
    const std::string folder(mailroot::top_of(unescape_bytes(source)));
    held_alone = held_alone && why.starts_with("held: ") && mailroot::role_of(folder) == mailroot::Role::queue;
    folders.insert(folder);
  }
  std::string words;
  if (any) {
    words = "Put them back: " + again(context, "restore", state);
    if (held_alone) words += " --held";
    for (const auto& folder : folders) {
      if (!held_alone && !folder.empty()) words += " --folder " + shell_quoted(folder);
    }
    words += ". ";
  }
  if (gone) words += "What was put back once is not put back again: find out who took it. ";
  return words;
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
  const bool gone = std::ranges::any_of(items, is_gone);
  return failure(
      Exit::precondition, "what this snapshot holds stands nowhere else", context.options.recovery,
      counted(items.size(), "file") + " were neither replayed nor restored" + (gone ? ", or are gone since" : ""),
      "Nothing was destroyed. " + way_back(context, state, items) +
          "Or give them up with --abandon \"REASON\", which names each in the record.");
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
  auto disposing = snapshot_json(facts);
  disposing[journal::witness_field] = journal::heads_name;
  REQUEUE_CHECK(recovery.record("disposing", disposing));
  REQUEUE_CHECK(recovery.flush());
  context.console.phase("dispose", facts.files, facts.bytes);
  replay::clear_litter(recovery, ledger, context.files, std::string(), context.console);
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
    REQUEUE_CHECK(require_this_server(context));
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
