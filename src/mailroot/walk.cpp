#include <algorithm>

#include "core/crew.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "mailroot/staging.h"

namespace requeue::mailroot {
namespace {

using files::Kind;

// Bytewise order of whole paths: "a", "a.txt", "a/b", since '.' stands before '/'. So a folder is two steps among its
// siblings: itself, and, under its name with '/', what is in it.
struct Step {
  std::string key;
  bool enter = false;
};

struct Frame {
  files::Relative folder;
  std::vector<Step> steps;
  std::size_t next = 0;
};

Error changed_meanwhile(Error error) {
  if (error.cause != Cause::not_found) return error;
  error.exit = Exit::precondition;
  error.what = "the Mailroot changed while it was read";
  error.why = "something that was listed a moment ago is gone";
  // Whether something was removed before, only the caller knows: the look for newcomers comes after the removals.
  error.hint =
      "Make sure that the service is stopped and that nothing else works there, then run the same command again: it "
      "goes on where it stopped.";
  return error;
}

class Walk {
 public:
  Walk(files::Tree& tree, const std::function<Result<void>(const Item&)>& visit, const Inspect& inspect,
       Vanished vanished, unsigned jobs)
      : tree_(tree),
        visit_(visit),
        inspect_(inspect),
        pass_over_(vanished == Vanished::passed_over),
        crew_(jobs),
        looking_(
            crew_, [this](Looked looked) { return see(std::move(looked)); }, small_work) {}

  Result<Counts> run() {
    REQUEUE_CHECK(look_ahead(""));
    REQUEUE_CHECK(enter(""));
    while (!frames_.empty()) {
      auto& frame = frames_.back();
      if (frame.next == frame.steps.size()) {
        frames_.pop_back();
        continue;
      }
      Step step = std::move(frame.steps[frame.next++]);
      if (step.enter) step.key.pop_back();
      const auto path = files::join(frame.folder, step.key);
      REQUEUE_CHECK(step.enter ? enter_in_turn(path) : look_ahead(path));
    }
    REQUEUE_CHECK(looking_.finish());
    return counts_;
  }

 private:
  using Looked = Result<std::optional<Item>>;  // nullopt: it vanished, and that is no matter

  Result<void> look_ahead(const files::Relative& path) {
    return looking_.add([this, path] { return look_at(path); });
  }

  Result<void> see(Looked looked) {
    if (!looked) return failure(std::move(looked.error()));
    if (!*looked) return {};
    count(**looked);
    return visit_(**looked);
  }

  // By several threads at once.
  Looked look_at(const files::Relative& path) {
    auto looked = look_at_once(path);
    if (!looked) return failure(changed_meanwhile(std::move(looked.error())));
    if (*looked && inspect_) REQUEUE_CHECK(inspect_(**looked));
    return looked;
  }

  Looked look_at_once(const files::Relative& path) {
    auto seen = tree_.look(path);
    if (!seen && pass_over_ && seen.error().cause == Cause::not_found) return std::optional<Item>();
    if (!seen && pass_over_) return look_step_by_step(path);
    if (!seen) return failure(std::move(seen.error()));
    return item_of(path, std::move(*seen));
  }

  Looked item_of(const files::Relative& path, files::Seen seen) {
    Item item;
    item.path = path;
    item.status = seen.status;
    item.streams = std::move(seen.streams);
    // A link whose target cannot be told is recorded as a link all the same; it is not followed in any case.
    if (item.status.kind == Kind::link) item.target = tree_.link_target(path).value_or("");
    return std::optional<Item>(std::move(item));
  }

  // What can be told of something that is on its way.
  Looked look_step_by_step(const files::Relative& path) {
    auto status = tree_.status(path);
    if (!status && status.error().cause == Cause::not_found) return std::optional<Item>();
    if (!status) return failure(std::move(status.error()));
    return item_of(path, {*status, tree_.streams(path).value_or(std::vector<files::Stream>())});
  }

  void count(const Item& item) {
    counts_.streams += item.streams.size();
    switch (item.status.kind) {
      case Kind::file:
        ++counts_.files;
        counts_.bytes += item.status.size;
        break;
      case Kind::folder:
        if (!item.path.empty()) ++counts_.folders;
        break;
      case Kind::link:
      case Kind::special:
        ++counts_.others;
    }
  }

  // What was met before has its turn before the failure: any number of jobs names the same fault as one.
  Result<void> enter_in_turn(const files::Relative& folder) {
    auto entered = enter(folder);
    if (!entered) REQUEUE_CHECK(looking_.finish());
    return entered;
  }

  Result<void> enter(const files::Relative& folder) {
    auto listed = tree_.list(folder);
    if (!listed && pass_over_ && listed.error().cause == Cause::not_found) return {};
    if (!listed) return failure(changed_meanwhile(std::move(listed.error())));
    auto& entries = *listed;
    Frame frame;
    frame.folder = folder;
    frame.steps.reserve(entries.size());
    for (auto& entry : entries) {
      if (folder.empty() && entry.name == evacuation_mark && entry.kind == Kind::file) continue;
      if (entry.kind == Kind::folder) {
        if (folder.empty() && ascii_iequals(entry.name, probe_staging)) continue;
        if (folder.empty() && is_staging(entry.name)) {
          const auto idle = holds_only_token(tree_, entry.name);
          if (!idle) return failure(changed_meanwhile(idle.error()));
          if (*idle) continue;
        }
        frame.steps.push_back({entry.name + "/", true});
      }
      frame.steps.push_back({std::move(entry.name), false});
    }
    std::sort(frame.steps.begin(), frame.steps.end(), [](const Step& a, const Step& b) { return a.key < b.key; });
    frames_.push_back(std::move(frame));
    return {};
  }

  files::Tree& tree_;
  const std::function<Result<void>(const Item&)>& visit_;
  const Inspect& inspect_;
  bool pass_over_;
  std::vector<Frame> frames_;
  Counts counts_;
  Crew crew_;
  InOrder<Looked> looking_;
};

}  // namespace

Result<Counts> walk(files::Tree& mailroot, const std::function<Result<void>(const Item&)>& visit, Vanished vanished,
                    unsigned jobs, const Inspect& inspect) {
  return Walk(mailroot, visit, inspect, vanished, jobs).run();
}

}  // namespace requeue::mailroot
