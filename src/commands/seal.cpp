// seal: the record closed, summed up in seal.json, and signed when a key is given.
#include "seal/seal.h"

#include "commands/context.h"
#include "commands/deciding_options.h"
#include "commands/open_mark.h"
#include "commands/plan_words.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/digest.h"
#include "core/text.h"
#include "replay/handoff.h"
#include "report/settled.h"
#include "seal/minisign.h"
#include "snapshot/take.h"

namespace requeue::commands {
namespace {

using requeue::seal::file_name;
using requeue::seal::signature_name;

constexpr std::uint64_t key_limit = 4096;

Result<std::optional<requeue::seal::SecretKey>> signing_key(Context& context) {
  const auto& path = context.options.sign_key;
  if (path.empty()) return std::nullopt;
  REQUEUE_TRY(const auto text, context.files.read_named(path, key_limit));
  REQUEUE_TRY(auto key, requeue::seal::read_secret_key(text, path));
  return key;
}

Result<void> refuse_sealing(Context& context, const recovery::State& state, const replay::Ledger& ledger) {
  const auto refuse = [&](std::string why, std::string hint) {
    return failure(Exit::precondition, "this recovery folder cannot be sealed", context.options.recovery,
                   std::move(why), "Nothing was touched. " + std::move(hint));
  };
  if (state.sealed_at != 0) {
    return refuse("line " + std::to_string(state.sealed_at) + " of its journal sealed it already",
                  "To check it: " + again(context, "audit"));
  }
  if (!state.emptied) {
    return refuse("the Mailroot was not emptied; stage: " + std::string(recovery::to_string(state.stage())),
                  "Next: " + again(context, "status"));
  }
  if (waits_for_restore(context, state)) {
    return refuse("a restore was cut short: what it put back may be sent by the service",
                  restore_first(context, state));
  }
  if (!ledger.open_intents().empty()) {
    return refuse(counted(ledger.open_intents().size(), "hand-over") + " of a run that was killed are not settled",
                  "First: " + recorded_replay(context, state));
  }
  return {};
}

struct Sum {
  replay::Counts counts;
  Json open = Json::array();
};

Result<Sum> sum_up(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger) {
  Sum sum;
  REQUEUE_TRY(sum.counts, report::count_messages(recovery, ledger, context.console,
                                                 [&](const report::OpenItem& item) -> Result<void> {
                                                   sum.open.push_back(Json{{"source", item.source}, {"why", item.why}});
                                                   return {};
                                                 }));
  return sum;
}

Json balance_json(const replay::Counts& counts) {
  auto balance = counts_json(counts);
  balance["balanced"] = counts.balanced();
  return balance;
}

Json seal_json_of(const Context& context, recovery::Recovery& recovery, const Sum& sum) {
  const auto& state = recovery.state();
  Json body;
  body["schema"] = recovery::schema;
  body["recovery"] = state.id;
  body["time"] = to_iso8601(now());
  body["head"] = recovery.head();
  body["seq"] = recovery.records();
  body["snapshot"] = snapshot_json(*state.snapshot);
  body["balance"] = balance_json(sum.counts);
  body["open"] = sum.open;
  body["ticket"] = escape_bytes(context.options.ticket);
  body["operator"] = escape_bytes(context.options.operator_name);
  return body;
}

// One that a killed run left behind was never named by the journal.
Result<void> write_anew(files::Tree& tree, std::string_view name, std::string_view bytes) {
  const files::Relative path(name);
  auto removed = tree.remove_file(path);
  if (!removed && removed.error().cause != Cause::not_found) return removed;
  return bytes.empty() ? Result<void>{} : files::write_file(tree, path, bytes);
}

Exit exit_of(const replay::Counts& counts) {
  auto exit = Exit::done;
  if (counts.held != 0 || counts.pending != 0) exit = graver(exit, Exit::attention);
  if (counts.failed != 0) exit = graver(exit, Exit::failed);
  if (counts.in_doubt != 0) exit = graver(exit, Exit::in_doubt);
  return exit;
}

// Nothing sends them any more but the service itself, once they stand in its Mailroot.
void tell_way_of_unsent(Context& context, const recovery::State& state, const replay::Counts& counts) {
  const auto unsent = counts.pending + counts.failed;
  if (unsent == 0) return;
  context.console.result(counted(unsent, "message") +
                         " pending or failed; after the seal the one way for them is back into the Mailroot, with all "
                         "else that was not sent, and the service stopped: " +
                         again(context, "restore", state) + service_options(context));
}

void tell(Context& context, const recovery::State& state, const Sum& sum, const std::string& signer) {
  auto& console = context.console;
  console.result("[ok] sealed by journal line " + std::to_string(state.sealed_at) + ": " + std::string(file_name) +
                 ", SHA-256 " + state.seal_sha256);
  if (signer.empty()) {
    console.result("not signed; with --sign-key FILE (minisign) it would be");
  } else {
    const auto file = files::Path(context.options.recovery) / std::string(file_name);
    console.result("[ok] signed with key " + signer + "; to check it with another program:");
    console.result("  minisign -V -p PUBLIC -m " + shell_quoted(files::to_text(file)));
  }
  if (!sum.open.empty()) {
    console.result(counted(sum.open.size(), "message") +
                   " sealed as open (held, failed, in doubt or pending): no replay sends them any more");
  }
  if (const auto refused = refused_words(context, state); !refused.empty()) console.result(refused);
  if (sum.counts.held != 0) {
    console.result("the held ones of Queue can still go back to the service, with it stopped: " +
                   again(context, "restore", state) + " --held" + service_options(context));
  }
  tell_way_of_unsent(context, state, sum.counts);
  console.result("Next: " + again(context, "audit"));
  console.result("when nobody needs the mail any more: " + again(context, "dispose"));
}

Result<Outcome> seal_work(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                          const std::optional<requeue::seal::SecretKey>& key) {
  REQUEUE_CHECK(refuse_sealing(context, recovery.state(), ledger));
  REQUEUE_CHECK(requeue::snapshot::check_tags(recovery.tree(), recovery.state().snapshot->root));
  REQUEUE_TRY(const auto sum, sum_up(context, recovery, ledger));
  // No replay of this one is there to do it any more.
  replay::clear_litter(recovery, ledger, context.files, std::string(), context.console);
  const auto text = to_line(seal_json_of(context, recovery, sum)) + "\n";
  std::string signature;
  if (key) {
    const auto seconds = now().seconds;
    REQUEUE_TRY(signature, requeue::seal::sign(*key, text, requeue::seal::trusted_comment(seconds)));
  }
  auto& tree = recovery.tree();
  REQUEUE_CHECK(write_anew(tree, signature_name, signature));
  REQUEUE_CHECK(write_anew(tree, file_name, text));
  REQUEUE_CHECK(tree.flush_folder(""));
  // Only now: the line says that both files stand.
  Json event{{"sha256", sha256_hex(text)}, {"head", recovery.head()}, {"line", recovery.records()}};
  event["balance"] = balance_json(sum.counts);
  event["open"] = sum.open.size();
  event["signed_by"] = key ? Json(key->public_half.name()) : Json();
  REQUEUE_CHECK(recovery.record("sealed", event));
  REQUEUE_CHECK(recovery.flush());
  tell(context, recovery.state(), sum, key ? key->public_half.name() : std::string());
  Outcome outcome{exit_of(sum.counts), counts_json(sum.counts)};
  outcome.body["balanced"] = sum.counts.balanced();
  outcome.body["sealed"] = Json{{"line", recovery.state().sealed_at},
                                {"sha256", recovery.state().seal_sha256},
                                {"open", sum.open.size()},
                                {"signed_by", event["signed_by"]}};
  return outcome;
}

}  // namespace

Result<Outcome> seal(Context& context) {
  REQUEUE_TRY(const auto key, signing_key(context));
  // First: of a record that is being written it cannot be said what is wrong with it.
  REQUEUE_CHECK(recovery::require_free(context.files, context.options.recovery));
  {
    replay::Ledger ledger;
    REQUEUE_TRY(const auto reading, recovery::open_to_read(context.files, context.options.recovery, {&ledger}));
    REQUEUE_CHECK(refuse_sealing(context, reading->state(), ledger));
    REQUEUE_CHECK(
        require_whole_record(context, "the record is damaged, and a seal would close it as if it were whole"));
    if (context.options.dry_run) {
      REQUEUE_TRY(const auto sum, sum_up(context, *reading, ledger));
      context.console.result("DRY RUN: would seal " + counted(sum.counts.found, "message") + ", " +
                             std::to_string(sum.open.size()) + " of them open; nothing is written");
      tell_way_of_unsent(context, reading->state(), sum.counts);
      return Outcome{exit_of(sum.counts), Json{{"dry_run", true}, {"open", sum.open.size()}}};
    }
  }
  replay::Ledger ledger;
  return in_run(context, recovery::Missing::refuse, {}, {&ledger},
                [&](recovery::Recovery& recovery) { return seal_work(context, recovery, ledger, key); });
}

}  // namespace requeue::commands
