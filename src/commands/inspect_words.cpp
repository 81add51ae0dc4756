#include "commands/inspect_words.h"

#include <algorithm>

#include "commands/words.h"
#include "core/text.h"
#include "replay/rule_words.h"

namespace requeue::commands {
namespace {

using requeue::report::age_minutes;
using requeue::report::DomainRow;
using requeue::report::Overview;

constexpr std::size_t most_domains = 20;
constexpr std::size_t most_senders = 10;
constexpr std::size_t most_reasons = 10;
constexpr std::size_t most_in_lists = 1000;
constexpr std::size_t domain_width = 28;
constexpr std::size_t number_width = 6;

std::uint64_t weight(std::uint64_t count) {
  return count;
}
std::uint64_t weight(const DomainRow& row) {
  return row.total;
}

// The greatest first, equal ones by name.
template <class Value>
std::vector<std::pair<std::string, Value>> ranked(const std::map<std::string, Value>& values) {
  std::vector<std::pair<std::string, Value>> out(values.begin(), values.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return weight(a.second) > weight(b.second); });
  return out;
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string row_of(const std::string& name, const DomainRow& row) {
  auto line = right(name, domain_width) + ' ' + right(std::to_string(row.total), number_width);
  for (const auto count : row.by_age) line += ' ' + right(std::to_string(count), number_width - 1);
  return line;
}

std::string heading() {
  auto line = right("minutes", domain_width) + ' ' + right("T", number_width);
  for (const auto minutes : age_minutes) line += ' ' + right(std::to_string(minutes), number_width - 1);
  return line + ' ' + right(std::to_string(age_minutes.back()) + "+", number_width - 1);
}

void tell_rest(Console& console, std::size_t all, std::size_t shown) {
  if (all > shown) console.result("  and " + std::to_string(all - shown) + " more: --json");
}

void tell_domains(Console& console, const Overview& overview) {
  if (overview.domains.empty()) return;
  console.result(
      "recipients still owed mail, one line a domain; T: in all; below each number of minutes: those whose mail came "
      "at "
      "most so long ago, and longer ago than the number to its left (by the service's stamp, else Received, else the "
      "file's time):");
  console.result(heading());
  DomainRow total;
  for (const auto& [name, row] : overview.domains) {
    total.total += row.total;
    for (std::size_t i = 0; i < row.by_age.size(); ++i) total.by_age.at(i) += row.by_age.at(i);
  }
  console.result(row_of("TOTAL", total));
  const auto rows = ranked(overview.domains);
  for (std::size_t i = 0; i < std::min(rows.size(), most_domains); ++i) {
    const auto& name = rows[i].first;
    console.result(row_of(name.empty() ? "(no domain)" : printable(name), rows[i].second));
  }
  tell_rest(console, rows.size(), most_domains);
}

void tell_list(Console& console, const std::string& title, const std::map<std::string, std::uint64_t>& counts,
               std::size_t most) {
  if (counts.empty()) return;
  console.result(title);
  const auto rows = ranked(counts);
  for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
    console.result(right(std::to_string(rows[i].second), number_width + 2) + "  " +
                   (rows[i].first.empty() ? "(not known)" : printable(rows[i].first)));
  }
  tell_rest(console, rows.size(), most);
}

void tell_messages(Console& console, const Overview& overview, bool live) {
  const auto& counts = overview.counts;
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  std::string line = "messages " + number(counts.found) + ": a replay would send " + number(counts.pending) +
                     ", hold " + number(counts.held) + ", leave out " + number(counts.duplicate) + " duplicates";
  if (counts.skipped != 0) line += ", skip " + number(counts.skipped);
  if (counts.replayed != 0) line += "; replayed already " + number(counts.replayed);
  if (counts.in_doubt != 0) line += "; in doubt " + number(counts.in_doubt);
  if (counts.failed != 0) line += "; cannot be read " + number(counts.failed);
  console.result(line);
  for (const auto& [rule, count] : ranked(overview.held)) {
    console.result("  [held] " + number(count) + " " + rule + ": " + std::string(replay::words_of(rule).means));
  }
  std::string sources;
  for (const auto& [source, count] : overview.envelope_sources) {
    sources += (sources.empty() ? "" : ", ") + (source.empty() ? std::string("none") : source) + " " + number(count);
  }
  if (!sources.empty()) console.result("envelopes known from: " + sources);
  if (overview.with_streams != 0)
    console.result("with alternate streams: " + counted(overview.with_streams, "message"));
  if (overview.not_mail != 0) console.result("not mail: " + counted(overview.not_mail, "file"));
  if (overview.vanished != 0)
    console.result("taken by the service while this looked: " + counted(overview.vanished, "file"));
  if (live && counts.failed != 0) {
    console.warn(
        counted(counts.failed, "message") +
        " cannot be read: not by this account, or not while another program holds them. Whom they wait for is in "
        "no figure here.");
  }
}

Json list_json(const std::map<std::string, std::uint64_t>& counts, const char* key) {
  Json list = Json::array();
  for (const auto& [name, count] : ranked(counts)) {
    if (list.size() == most_in_lists) break;
    list.push_back(Json{{key, escape_bytes(name)}, {"count", count}});
  }
  return list;
}

Json map_json(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) out[name.empty() ? "none" : escape_bytes(name)] = count;
  return out;
}

Json domains_json(const Overview& overview) {
  Json list = Json::array();
  for (const auto& [name, row] : ranked(overview.domains)) {
    if (list.size() == most_in_lists) break;
    list.push_back(Json{{"domain", escape_bytes(name)}, {"total", row.total}, {"by_age", row.by_age}});
  }
  return list;
}

Json folders_json(const Overview& overview) {
  Json list = Json::array();
  for (const auto& folder : overview.folders) {
    Json item{{"name", escape_bytes(folder.name)}, {"files", folder.files}, {"bytes", folder.bytes}};
    item["oldest"] = folder.files == 0 ? Json(nullptr) : Json(to_iso8601(folder.oldest));
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

void tell_overview(Console& console, const Overview& overview, bool live) {
  for (const auto& folder : overview.folders) {
    const auto shown = folder.name.empty() ? std::string("(in the Mailroot itself)") : printable(folder.name);
    console.result("  " + shown + ": " + counted(folder.files, "file") + ", " + counted(folder.bytes, "byte") +
                   (folder.files == 0 ? "" : ", oldest " + to_iso8601(folder.oldest)));
  }
  tell_messages(console, overview, live);
  tell_domains(console, overview);
  tell_list(console, "senders of what is still owed:", overview.senders, most_senders);
  tell_list(console,
            "why mail failed, from Badmail's reports and Queue's transcripts (" +
                counted(overview.reasons.read, "file") + "):",
            overview.reasons.counts, most_reasons);
  if (overview.reasons.no_failure != 0) {
    console.result("  " + counted(overview.reasons.no_failure, "transcript") +
                   " without an answer of failure: left out");
  }
  if (overview.reasons.left_out != 0) {
    console.result("  not read: " + counted(overview.reasons.left_out, "more report"));
  }
  for (const auto& note : overview.notes) console.result("note: " + printable(note));
}

Json overview_json(const Overview& overview) {
  const auto& counts = overview.counts;
  Json notes = Json::array();
  for (const auto& note : overview.notes) notes.push_back(escape_bytes(note));
  return Json{{"folders", folders_json(overview)},
              {"found", counts.found},
              {"held", counts.held},
              {"duplicate", counts.duplicate},
              {"replay", counts.pending},
              {"replayed", counts.replayed},
              {"skipped", counts.skipped},
              {"in_doubt", counts.in_doubt},
              {"failed", counts.failed},
              {"held_by_rule", map_json(overview.held)},
              {"envelope_sources", map_json(overview.envelope_sources)},
              {"with_streams", overview.with_streams},
              {"age_minutes", age_minutes},
              {"domains", domains_json(overview)},
              {"senders", list_json(overview.senders, "sender")},
              {"reasons", list_json(overview.reasons.counts, "reason")},
              {"not_mail", overview.not_mail},
              {"vanished", overview.vanished},
              {"notes", std::move(notes)}};
}

}  // namespace requeue::commands
