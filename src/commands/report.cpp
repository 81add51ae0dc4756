// report: the manifest for people and for compliance.
#include "commands/context.h"
#include "commands/plan_words.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "report/html.h"
#include "report/manifest.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

using requeue::report::Redaction;
using Writer = Result<void> (*)(recovery::Recovery&, const replay::Ledger&, ByteWriter&, Watcher&, const Redaction*);

Result<void> write_to(Context& context, const std::string& path, recovery::Recovery& recovery,
                      const replay::Ledger& ledger, const Redaction* redaction, Writer write) {
  if (path.empty()) return {};
  REQUEUE_TRY(const auto out, context.files.write_named(path));
  REQUEUE_CHECK(write(recovery, ledger, *out, context.console, redaction));
  REQUEUE_CHECK(out->close());
  context.console.result("[ok] written: " + printable(path));
  return {};
}

}  // namespace

Result<Outcome> report(Context& context) {
  replay::Ledger ledger;
  REQUEUE_TRY(auto recovery, recovery::open_to_read(context.files, context.options.recovery, {&ledger}));
  if (!recovery->state().snapshot) {
    return failure(Exit::precondition, "there is nothing to report yet", context.options.recovery,
                   "no snapshot was taken", "Next: " + again(context, "status"));
  }
  REQUEUE_CHECK(requeue::snapshot::check_tags(recovery->tree(), recovery->state().snapshot->root));
  std::optional<Redaction> redaction;
  if (context.options.redact) {
    REQUEUE_TRY(redaction, Redaction::open(recovery->tree()));
  }
  const auto* const redacts = redaction ? &*redaction : nullptr;
  REQUEUE_CHECK(write_to(context, context.options.csv_file, *recovery, ledger, redacts, requeue::report::write_csv));
  REQUEUE_CHECK(
      write_to(context, context.options.jsonl_file, *recovery, ledger, redacts, requeue::report::write_jsonl));
  REQUEUE_CHECK(write_to(context, context.options.html_file, *recovery, ledger, redacts, requeue::report::write_html));
  std::size_t shown = 0;
  REQUEUE_TRY(const auto counts,
              requeue::report::each_record(*recovery, ledger, context.console, [&](const Json& record) -> Result<void> {
                const auto disposition = text_of(record, "disposition");
                const bool open = disposition == "held" || disposition == "failed" || disposition == "in_doubt";
                if (open && shown++ < 100) {
                  const auto source = text_of(record, "source");
                  context.console.result("[" + disposition + "] " +
                                         printable(redacts != nullptr ? redacts->path(source) : source) + ": " +
                                         printable(text_of(record, "rule")));
                }
                return {};
              }));
  context.console.result("found " + std::to_string(counts.found) + ", replayed " + std::to_string(counts.replayed) +
                         ", duplicate " + std::to_string(counts.duplicate) + ", held " + std::to_string(counts.held) +
                         ", skipped " + std::to_string(counts.skipped) + ", in doubt " +
                         std::to_string(counts.in_doubt) + ", failed " + std::to_string(counts.failed) + ", pending " +
                         std::to_string(counts.pending));
  context.console.result("journal head " + recovery->head());
  Outcome outcome;
  outcome.body = counts_json(counts);
  outcome.body["head"] = recovery->head();
  return outcome;
}

}  // namespace requeue::commands
