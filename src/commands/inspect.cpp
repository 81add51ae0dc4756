// inspect: what is stuck, in a Mailroot or a recovery folder. Only reads.
#include <algorithm>

#include "commands/context.h"
#include "commands/inspect_words.h"
#include "commands/session.h"
#include "core/text.h"
#include "report/overview.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

using requeue::report::Overview;
using requeue::report::OverviewOptions;

Result<Overview> look_at_recovery(Context& context, OverviewOptions options) {
  replay::Ledger ledger;
  REQUEUE_TRY(auto recovery, recovery::open_to_read(context.files, context.options.path, {&ledger}));
  if (!recovery->state().snapshot) {
    return failure(Exit::precondition, "there is nothing to look at yet", context.options.path, "no snapshot was taken",
                   "Look at the Mailroot itself: requeue inspect DIR");
  }
  REQUEUE_CHECK(requeue::snapshot::check_tags(recovery->tree(), recovery->state().snapshot->root));
  return requeue::report::overview_of_recovery(*recovery, ledger, std::move(options), context.console);
}

}  // namespace

Result<Outcome> inspect(Context& context) {
  REQUEUE_TRY(const auto tree, context.files.open(context.options.path));
  const bool recovery = static_cast<bool>(tree->status(files::Relative(journal::file_name)));
  if (!recovery) REQUEUE_CHECK(mailroot::check(*tree));
  OverviewOptions options{context.options.plan, context.options.pace.limit.value_or(UINT64_MAX), now()};
  REQUEUE_TRY(const auto overview,
              recovery ? look_at_recovery(context, std::move(options))
                       : requeue::report::overview_of_mailroot(*tree, std::move(options), context.console));
  context.console.result(std::string(recovery ? "recovery folder " : "Mailroot ") + files::to_text(tree->path()));
  tell_overview(context.console, overview);
  if (!recovery) context.console.result("Only read. On a running service the figures move.");
  auto body = overview_json(overview);
  body["live"] = !recovery;
  return Outcome{Exit::done, std::move(body)};
}

}  // namespace requeue::commands
