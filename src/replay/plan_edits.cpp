#include "replay/plan_edits.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/text.h"
#include "replay/csv.h"
#include "replay/decide.h"
#include "replay/envelope_cells.h"
#include "replay/message_reading.h"

namespace requeue::replay {
namespace {

// Written by the program for what goes out, or for copies: no release.
constexpr std::array<std::string_view, 7> ordinary = {"",        "replay", "partial_copy", "content",
                                                      "against", "exact",  "released"};
// Skipped by an option of the same run; a person may take a message out of that.
constexpr std::array<std::string_view, 5> policies = {"max_age", "bounce", "list", "not_owed", "delivered"};
// Held for want of an envelope: settled when the line has one.
constexpr std::array<std::string_view, 2> settled_by_envelope = {"no_recipient", "bad_address"};

template <class List>
bool is_in(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::unordered_set<std::string> lower_set(const std::vector<std::string>& recipients) {
  std::unordered_set<std::string> out;
  for (const auto& recipient : recipients) out.insert(ascii_lower(recipient));
  return out;
}

bool same_sender(const mail::Envelope& a, const mail::Envelope& b) {
  return a.null_sender == b.null_sender && mail::same_address(a.sender, b.sender);
}

tl::unexpected<Error> stale(const std::string& path, const std::string& source) {
  return failure(
      Exit::stale_plan, "the plan does not fit this snapshot", path,
      "its line for " + escape_bytes(source) + " names other bytes than the snapshot holds, or nothing in it",
      "Nothing was done. Make the plan anew: requeue plan --out FILE");
}

class PlanFile {
 public:
  PlanFile(recovery::Recovery& recovery, const std::string& path, PlanOptions& options)
      : recovery_(recovery), path_(path), options_(options) {}

  Result<void> apply(const PlanLine& line, const snapshot::Entry& entry) {
    Word word{line.disposition, {}, {}, line.line};
    if (line.disposition == "replay") {
      if (line.envelope) REQUEUE_CHECK(compare(line, entry, word));
      if (line.blank_envelope) REQUEUE_CHECK(require_unreadable(line, entry));
      if (line.rule) REQUEUE_CHECK(release(line, word));
    }
    options_.chosen->emplace(line.source, std::move(word));
    return {};
  }

 private:
  Result<void> require_unreadable(const PlanLine& line, const snapshot::Entry& entry) {
    auto message = message_of(entry);
    if (!open_message(recovery_, message)) return {};  // it fails, and the others go on
    return csv_error("the plan", path_, line.line, "no sender and no recipient: " + line.source,
                     "Put them in again, or write skip.");
  }

  // The file's envelope is the person's where it is not the one that the run would use anyway.
  Result<void> compare(const PlanLine& line, const snapshot::Entry& entry, Word& word) {
    auto message = message_of(entry);
    const auto opened = open_message(recovery_, message);
    if (!opened) return {};  // it fails, whatever the file says
    Reading reading;
    reading.facts = mail::facts_of(opened->block);
    message.arrival = arrival_of(reading.facts, message.mtime);
    message.as_found = is_as_found(message.source, options_);
    read_envelope(reading, message, options_);
    const auto ours = lower_set(reading.envelope.recipients);
    const auto theirs = lower_set(line.envelope->recipients);
    const bool sender = same_sender(reading.envelope, *line.envelope);
    if (sender && ours == theirs) return {};
    if (options_.compose.target == mail::Target::plain) {
      return csv_error("the plan", path_, line.line,
                       "with --target plain a message goes to those in its header, and to nobody else: " + line.source,
                       "Leave its recipients as they were, or leave --target plain out.");
    }
    REQUEUE_CHECK(check_whole("the plan", path_, line.line, line.cell, reading.envelope.recipients));
    REQUEUE_CHECK(check_written("the plan", path_, line.line, *line.envelope, reading.envelope));
    const bool subset =
        std::all_of(theirs.begin(), theirs.end(), [&](const std::string& one) { return ours.count(one) != 0; });
    const bool partial = line.rule == "partial_copy";
    if (partial) {
      std::copy_if(ours.begin(), ours.end(), std::inserter(word.left_out, word.left_out.end()),
                   [&](const std::string& one) { return theirs.count(one) == 0; });
    }
    // One that is handed back byte for byte was planned whole.
    if (!partial || !sender || !subset || message.as_found) {
      options_.overrides.insert_or_assign(line.source, Override{*line.envelope, line.line, true});
    }
    return {};
  }

  Result<void> release(const PlanLine& line, Word& word) const {
    const auto& rule = *line.rule;
    if (is_in(ordinary, rule)) return {};
    if (is_releasable(rule) || is_in(policies, rule)) {
      word.release = rule;
      return {};
    }
    if (is_in(settled_by_envelope, rule)) return {};
    return csv_error("the plan", path_, line.line, "a message of rule " + rule + " cannot be released: " + line.source,
                     "Leave its disposition as it was.");
  }

  recovery::Recovery& recovery_;
  const std::string& path_;
  PlanOptions& options_;
};

}  // namespace

Result<void> apply_plan_file(recovery::Recovery& recovery, std::vector<PlanLine> lines, const std::string& path,
                             PlanOptions& options) {
  options.chosen.emplace();
  std::unordered_map<std::string, const PlanLine*> wanted;
  for (const auto& line : lines) wanted.emplace(line.source, &line);
  std::string changed;
  PlanFile file(recovery, path, options);
  std::size_t found = 0;
  REQUEUE_CHECK(snapshot::read_entries(recovery.tree(), [&](const snapshot::Entry& entry) -> Result<void> {
    const auto line = wanted.find(entry.source);
    if (line == wanted.end() || entry.status.kind != files::Kind::file) return {};
    ++found;
    if (line->second->sha256 != entry.sha256) {
      if (changed.empty()) changed = entry.source;
      return {};
    }
    if (!changed.empty()) return {};
    return file.apply(*line->second, entry);
  }));
  if (changed.empty() && found != wanted.size()) {
    for (const auto& line : lines) {
      if (options.chosen->count(line.source) == 0) changed = line.source;
    }
  }
  if (changed.empty()) return {};
  return stale(path, changed);
}

Result<void> check_planned(const Plan& plan, const PlanOptions& options) {
  if (!options.chosen) return {};
  std::unordered_map<std::string_view, int> unknown;  // and their lines
  for (const auto& [source, word] : *options.chosen) {
    if (word.disposition == "replay") unknown.emplace(source, word.line);
  }
  for (const auto& message : plan.messages) unknown.erase(std::string_view(message.source));
  if (unknown.empty()) return {};
  const auto first = std::ranges::min_element(unknown, {}, [](const auto& one) { return one.second; });
  return failure(Exit::usage, "cannot use the plan file", escape_bytes(std::string(first->first)),
                 "line " + std::to_string(first->second) + " sends a source that is no message here",
                 "Give the options with which the plan was made (--folder), or write skip there. Nothing was sent.");
}

void note_not_followed(Plan& plan, const PlanOptions& options) {
  if (!options.chosen) return;
  for (auto& message : plan.messages) {
    if (message.disposition == Disposition::pending || message.disposition == Disposition::replayed) continue;
    const auto word = options.chosen->find(message.source);
    if (word != options.chosen->end() && word->second.disposition == "replay") note(message, "plan_not_followed");
  }
}

}  // namespace requeue::replay
