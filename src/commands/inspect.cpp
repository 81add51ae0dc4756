// inspect: what is stuck, in a Mailroot or a recovery folder. Only reads.
#include <algorithm>

#include "commands/context.h"
#include "commands/inspect_words.h"
#include "commands/open_mark.h"
#include "commands/planning.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/evacuation_mark.h"
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
  REQUEUE_TRY(const auto settings, given_settings(context));
  apply_settings(context, settings ? settings : recovery->state().settings, options.plan);
  REQUEUE_CHECK(add_live_mail(context, recovery->state(), options.plan));
  REQUEUE_CHECK(requeue::snapshot::check_tags(recovery->tree(), recovery->state().snapshot->root));
  return requeue::report::overview_of_recovery(*recovery, ledger, std::move(options), context.console);
}

Result<std::shared_ptr<files::Tree>> open_given(Context& context) {
  auto opened = context.files.open(context.options.path);
  if (!opened) return failure(recovery::without_rights(std::move(opened.error())));
  auto tree = std::move(*opened);
  const auto listed = tree->list("");
  if (!listed) return failure(recovery::without_rights(listed.error()));
  return tree;
}

void tell_open_evacuation(Context& context, files::Tree& mailroot) {
  const auto mark = mailroot::read_mark(mailroot);
  if (!mark || !*mark || is_stale(context, **mark)) return;
  const auto& recovery = (*mark)->recovery;
  if (const auto lock = mailroot.lock(); !lock && lock.error().exit == Exit::locked) {
    context.console.warn("an evacuation of this Mailroot into " + printable(recovery) +
                         ", or a restore from there, is at work");
    return;
  }
  context.console.warn(
      "an evacuation or a restore of this Mailroot was cut short, and a part of its mail may stand in " +
      printable(recovery) + ". Leave the service stopped and finish it; which, and how, says");
  context.console.warn("  requeue status --recovery " + shell_quoted(recovery));
}

// What stands in a staging folder is mail that was composed and is not handed over.
void tell_open_replays(Context& context, files::Tree& mailroot) {
  const auto entries = mailroot.list("");
  if (!entries) return;
  for (const auto& entry : *entries) {
    if (entry.kind != files::Kind::folder || !mailroot::is_staging(entry.name)) continue;
    const auto held = mailroot.list(entry.name);
    if (!held || std::ranges::all_of(*held, [](const auto& file) { return file.name == "token"; })) continue;
    const auto token = mailroot::read_token(mailroot, entry.name);
    const auto recovery = token ? token->recovery : std::string();
    const auto shown = recovery.empty() ? "a recovery folder that cannot be told" : printable(recovery);
    const auto tree = recovery.empty() ? Result<std::shared_ptr<files::Tree>>() : context.files.open(recovery);
    if (tree && *tree && recovery::is_at_work(**tree)) {
      context.console.warn("a replay from " + shown + " is at work in this Mailroot");
      continue;
    }
    context.console.warn("a replay from " + shown + " was cut short: mail that is not sent stands in " +
                         printable(entry.name) + ". Leave that folder, and finish the replay:");
    context.console.warn("  requeue status --recovery " + (recovery.empty() ? "DIR" : shell_quoted(recovery)) +
                         "   (names it)");
  }
}

}  // namespace

Result<Outcome> inspect(Context& context) {
  std::shared_ptr<files::Tree> tree;
  if (!context.options.path.empty()) {
    REQUEUE_TRY(tree, open_given(context));
  }
  const bool recovery = tree && tree->status(files::Relative(journal::file_name));
  OverviewOptions options{context.options.plan, context.options.pace.limit.value_or(UINT64_MAX), now()};
  options.plan.only_looks = true;
  options.plan.jobs = context.options.jobs;
  if (!tree) {
    REQUEUE_TRY(const auto site, find_site(context, {}));
    tree = site.mailroot;
    apply_settings(context, site.settings, options.plan);
    for (const auto& [name, path] : site.folders) context.console.result(name + " is " + printable(path));
  } else if (!recovery) {
    REQUEUE_CHECK(mailroot::check_to_look(*tree));
    REQUEUE_TRY(const auto settings, given_settings(context));
    apply_settings(context, settings, options.plan);
  }
  REQUEUE_TRY(const auto overview,
              recovery ? look_at_recovery(context, std::move(options))
                       : requeue::report::overview_of_mailroot(*tree, std::move(options), context.console));
  context.console.result(std::string(recovery ? "recovery folder " : "Mailroot ") + files::to_text(tree->path()));
  tell_overview(context.console, overview, !recovery);
  if (!recovery) tell_open_evacuation(context, *tree);
  if (!recovery) tell_open_replays(context, *tree);
  if (!recovery) context.console.result("Only read. On a running service the figures move.");
  auto body = overview_json(overview);
  body["live"] = !recovery;
  return Outcome{Exit::done, std::move(body)};
}

}  // namespace requeue::commands
