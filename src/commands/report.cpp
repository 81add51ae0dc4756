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

constexpr std::size_t most_shown = 100;

// A file that was asked for; none where the path is empty.
class Output {
 public:
  static Result<Output> open(Context& context, const std::string& path) {
    Output output(path);
    if (!path.empty()) {
      REQUEUE_TRY(output.out_, context.files.write_named(path));
    }
    return output;
  }

  [[nodiscard]] bool wanted() const { return out_ != nullptr; }
  Result<void> write(std::string_view bytes) { return out_->write(bytes); }
  [[nodiscard]] ByteWriter& writer() { return *out_; }
  // It takes its name only now.
  Result<void> close(Context& context) {
    if (!wanted()) return {};
    REQUEUE_CHECK(out_->close());
    context.console.result("[ok] written: " + printable(path_));
    return {};
  }

 private:
  explicit Output(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::unique_ptr<files::Writer> out_;
};

// What the lists and figures are made of, in one pass over the manifest; only the page's table needs another.
class Drawing {
 public:
  Drawing(Context& context, recovery::Recovery& recovery, const requeue::report::Told& told, const Redaction* redaction)
      : context_(context), recovery_(recovery), told_(told), redaction_(redaction), figures_(told.taken) {}

  Result<replay::Counts> draw() {
    const auto& options = context_.options;
    REQUEUE_TRY(auto csv, Output::open(context_, options.csv_file));
    REQUEUE_TRY(auto jsonl, Output::open(context_, options.jsonl_file));
    REQUEUE_TRY(auto html, Output::open(context_, options.html_file));
    REQUEUE_TRY(auto manifest, requeue::report::Manifest::open(recovery_, told_, context_.console));
    if (csv.wanted()) REQUEUE_CHECK(csv.write(requeue::report::csv_head()));
    const auto visit = [&](const Json& whole) -> Result<void> {
      const auto redacted = redaction_ != nullptr ? redaction_->record(whole) : Json();
      const auto& record = redaction_ != nullptr ? redacted : whole;
      keep_open(record);
      if (csv.wanted()) REQUEUE_CHECK(csv.write(requeue::report::csv_row(record)));
      if (jsonl.wanted()) REQUEUE_CHECK(jsonl.write(requeue::report::jsonl_row(record)));
      if (html.wanted()) figures_.see(record);
      return {};
    };
    REQUEUE_TRY(const auto counts, manifest.each(visit));
    REQUEUE_CHECK(csv.close(context_));
    REQUEUE_CHECK(jsonl.close(context_));
    if (html.wanted()) {
      REQUEUE_CHECK(requeue::report::write_html(recovery_, told_, manifest, figures_, html.writer(), redaction_));
    }
    REQUEUE_CHECK(html.close(context_));
    for (const auto& line : open_) context_.console.result(line);
    return counts;
  }

 private:
  void keep_open(const Json& record) {
    const auto disposition = text_of(record, "disposition");
    const bool open = disposition == "held" || disposition == "failed" || disposition == "in_doubt";
    if (!open || open_.size() == most_shown) return;
    open_.push_back("[" + disposition + "] " + printable(text_of(record, "source")) + ": " +
                    printable(text_of(record, "rule")));
  }

  Context& context_;
  recovery::Recovery& recovery_;
  const requeue::report::Told& told_;
  const Redaction* redaction_;
  requeue::report::Figures figures_;
  std::vector<std::string> open_;  // safe to show
};

}  // namespace

Result<Outcome> report(Context& context) {
  requeue::report::Told told;
  REQUEUE_TRY(auto recovery, recovery::open_to_read(context.files, context.options.recovery, {&told}));
  if (!recovery->state().snapshot) {
    return failure(Exit::precondition, "there is nothing to report yet", context.options.recovery,
                   "no snapshot was taken", "Next: " + again(context, "status"));
  }
  std::optional<Redaction> redaction;
  if (context.options.redact) {
    REQUEUE_TRY(redaction, Redaction::open(recovery->tree()));
  }
  REQUEUE_TRY(const auto counts, Drawing(context, *recovery, told, redaction ? &*redaction : nullptr).draw());
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
