#include "commands/tree_steps.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "commands/announce.h"
#include "commands/plan_words.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "recovery/host.h"
#include "replay/facts_cache.h"
#include "replay/handoff.h"

namespace requeue::commands {
namespace {

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

constexpr std::size_t names_shown = 10;

// A summary that scrolls away is not read. `rest`: where the others are to be seen.
void name_some(Context& context, const std::vector<std::string>& lines, std::string_view heading,
               const std::string& rest) {
  if (lines.empty()) return;
  context.console.warn(std::string(heading) + ":");
  for (std::size_t i = 0; i < lines.size() && i < names_shown; ++i) context.console.warn("  " + lines[i]);
  if (lines.size() > names_shown) {
    context.console.warn("  and " + std::to_string(lines.size() - names_shown) + " more: " + rest);
  }
}

snapshot::BagInfo bag_info(const Context& context, const files::Tree& tree) {
  snapshot::BagInfo info;
  info.software = "requeue " + context.program.version;
  info.ticket = context.options.ticket;
  info.host = recovery::this_host().name + ": " + files::to_text(tree.path());
  return info;
}

bool named_in(const std::vector<std::string>& keep, std::string_view folder) {
  return std::ranges::any_of(keep, [&](const std::string& name) { return ascii_iequals(name, folder); });
}

}  // namespace

Result<Step> snapshot_step(Context& context, recovery::Recovery& recovery, files::Tree& tree, bool adopted,
                           const mailroot::Counts& expected, Json& body) {
  const Stopwatch watch;
  snapshot::TakeOptions options;
  options.adopted = adopted;
  options.method = context.options.method;
  options.keep = context.options.keep;
  options.empty_mailbox = context.options.empty_mailbox;
  options.jobs = context.options.jobs;
  options.expected_files = expected.files;
  options.expected_bytes = expected.bytes;
  const auto learner = replay::make_facts_writer(recovery.tree(), context.console);
  options.learner = learner.get();
  REQUEUE_TRY(const auto taken, snapshot::take(recovery, tree, bag_info(context, tree), options, context.console));
  body["snapshot"] = snapshot_json(taken.facts);
  body["snapshot"]["linked"] = taken.linked;
  auto& console = context.console;
  console.result("[ok] snapshot: " + counted(taken.facts.files, "file") + ", " + counted(taken.facts.bytes, "byte") +
                 ", " + counted(taken.facts.folders, "folder") + ", " +
                 counted(taken.facts.streams, "alternate stream") +
                 (taken.linked > 0 ? "; " + counted(taken.linked, "file") + " linked, not copied" : ""));
  name_some(context, taken.others, "links and special files are recorded, not copied, and stay where they are",
            "snapshot/files.jsonl lists them");
  name_some(context, taken.superseded,
            "in the earlier snapshot and no longer in the Mailroot; kept in superseded, never replayed",
            "the folder superseded holds them");
  return Step{taken.others.empty() ? Exit::done : Exit::attention, watch.seconds(), taken.links};
}

// What was read, in words: of links it was the snapshot that read them from the disk, and once is enough.
std::string verified_words(const snapshot::VerifyResult& result) {
  const auto& verified = result.verified;
  const auto all = counted(verified.files, "file") + ", " + counted(verified.bytes, "byte");
  if (result.read_once == 0) return all + " read again from the " + verified.level;
  return all + " read from the " + verified.level + "; " + counted(result.read_once, "linked file") +
         " once, and found unchanged";
}

Result<Step> verify_step(Context& context, recovery::Recovery& recovery, Json& body, snapshot::Links links) {
  const Stopwatch watch;
  REQUEUE_TRY(const auto result, snapshot::verify(recovery, context.console, context.options.jobs, links));
  const auto& verified = result.verified;
  body["verified"] = verified_json(verified);
  if (!verified.ok) {
    std::vector<std::string> lines;
    for (const auto& wrong : result.wrong) lines.push_back(printable(wrong.path) + ": " + wrong.why);
    name_some(context, lines, "the snapshot on the disk is not what was copied", again(context, "audit"));
    return Step{Exit::verification, watch.seconds()};
  }
  if (verified.files == 0) {
    context.console.result("[ok] the snapshot holds no files: there was nothing to verify");
  } else {
    context.console.result("[ok] verified: " + verified_words(result));
  }
  announce(context, recovery.head(), service::EventId::snapshot_verified, service::Gravity::information,
           "Snapshot verified: " + verified_words(result));
  if (verified.level == "cache") {
    context.console.warn(
        "the recovery folder's volume offers no way past its cache: the bytes were compared in memory, "
        "not on the disk");
  }
  return Step{Exit::done, watch.seconds()};
}

Result<EmptyStep> empty_step(Context& context, recovery::Recovery& recovery, files::Tree& tree, Json& body) {
  const Stopwatch watch;
  snapshot::EmptyOptions options;
  options.keep = context.options.keep;
  options.empty_mailbox = context.options.empty_mailbox;
  options.jobs = context.options.jobs;
  options.service_running = [&context]() -> Result<bool> {
    REQUEUE_TRY(const auto state, context.service.state());
    return state == service::State::running || state == service::State::pending;
  };
  REQUEUE_TRY(auto emptied, snapshot::empty(recovery, tree, options, context.console));
  body["emptied"] = Json{{"files", emptied.files}, {"kept", emptied.kept}, {"newcomers", emptied.newcomers}};
  // The journal has them with the end of the run: what came later stands in no snapshot.
  if (!emptied.named.empty()) body["emptied"]["named"] = names_json(emptied.named);
  context.console.result("[ok] emptied: " + counted(emptied.files, "file") + " removed, " +
                         std::to_string(emptied.kept) + " kept, every folder left");
  const bool all = emptied.named.empty() && emptied.newcomers == 0;
  announce(context, recovery.head(), service::EventId::queue_emptied,
           all ? service::Gravity::information : service::Gravity::warning,
           "Mailroot emptied: " + counted(emptied.files, "file") + " removed, " + std::to_string(emptied.kept) +
               " kept, " + std::to_string(emptied.newcomers) + " newcomers left");
  name_some(context, emptied.named, "left in the Mailroot, or gone before it was emptied",
            "the end of this run in journal.jsonl names all; those of the snapshot: " + again(context, "report") +
                " --csv FILE");
  return EmptyStep{{all ? Exit::done : Exit::attention, watch.seconds()}, std::move(emptied.folders)};
}

void tell_handed_over_by_others(Context& context, const recovery::State& state, files::Tree& mailroot) {
  const auto tops = mailroot.list("");
  if (!tops) return;
  std::map<std::string, std::uint64_t> found;  // by the ID of the recovery folder
  for (const auto& top : *tops) {
    if (mailroot::role_of(top.name) != mailroot::Role::pickup) continue;
    const auto entries = mailroot.list(top.name);
    if (!entries) return;
    for (const auto& entry : *entries) {
      const std::string id(replay::id_of_written_name(entry.name));
      if (!id.empty() && !ascii_iequals(id, state.id)) ++found[id];
    }
  }
  for (const auto& [id, count] : found) {
    context.console.result("Pickup holds " + counted(count, "file") + " that another recovery folder (ID " + id +
                           ") handed over and the service has not taken: from here on this one owes them");
  }
}

void tell_drop_and_badmail(Context& context, const std::vector<mailroot::FolderCount>& folders) {
  for (const auto& folder : folders) {
    if (!folder.name.empty() && named_in(context.options.keep, folder.name)) {
      context.console.result(printable(folder.name) + " stays as it is: " + counted(folder.files, "file") + " (" +
                             counted(folder.bytes, "byte") + "), in the snapshot as well");
    }
    const bool other_products = folder.role == mailroot::Role::drop || folder.role == mailroot::Role::badmail;
    if (!other_products || folder.files == 0 || named_in(context.options.keep, folder.name)) continue;
    context.console.result(
        printable(folder.name) + " holds " + counted(folder.files, "file") + " (" + counted(folder.bytes, "byte") +
        "): they go into the snapshot and out of the folder; --keep " + shell_quoted(folder.name) + " leaves them");
  }
}

}  // namespace requeue::commands
