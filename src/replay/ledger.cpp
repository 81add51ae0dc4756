#include "replay/ledger.h"
#include <algorithm>
#include <array>
#include <limits>

#include "core/text.h"

namespace requeue::replay {
namespace {

constexpr std::array<std::string_view, 7> disposition_names = {"pending", "replayed", "duplicate", "held",
                                                               "skipped", "in_doubt", "failed"};

OpenIntent intent_of(const Json& json, const std::string& source) {
  OpenIntent intent;
  intent.source = source;
  intent.sha256 = text_of(json, "sha256");
  intent.pickup = unescape_bytes(text_of(json, "pickup"));
  intent.staging = unescape_bytes(text_of(json, "staging"));
  intent.name = text_of(json, "name");
  intent.written_sha256 = text_of(json, "written_sha256");
  intent.boot = text_of(json, "boot");
  intent.details = text_of(json, "details");
  intent.smtp = text_of(json, "smtp");
  const auto options = json.find("options");
  if (options != json.end()) intent.options = mail::compose_options_of(*options).value_or(mail::ComposeOptions{});
  return intent;
}

}  // namespace

std::string_view to_string(Disposition disposition) {
  return disposition_names.at(static_cast<std::size_t>(disposition));
}

std::optional<Disposition> disposition_of(std::string_view name) {
  const auto* const found = std::find(disposition_names.begin(), disposition_names.end(), name);
  if (found == disposition_names.end()) return std::nullopt;
  return static_cast<Disposition>(found - disposition_names.begin());
}

Sha256Bytes digest_of(const std::string& hex) {
  Sha256Bytes out{};
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != out.size()) return out;
  std::transform(bytes->begin(), bytes->end(), out.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return out;
}

unsigned char Ledger::intern_rule(const std::string& rule) {
  const auto found = std::find(rules_.begin(), rules_.end(), rule);
  if (found != rules_.end()) return static_cast<unsigned char>(found - rules_.begin());
  if (rules_.size() > std::numeric_limits<unsigned char>::max()) return 0;  // only a tampered journal has so many
  rules_.push_back(rule);
  return static_cast<unsigned char>(rules_.size() - 1);
}

Result<void> Ledger::see(const journal::Line& line) {
  if (line.event == "no_probe") no_probe_ = true;
  const bool of_message = line.event == "message" || line.event == "intent" || line.event == "commit" ||
                          line.event == "abort" || line.event == "in_doubt" || line.event == "resolved";
  if (!of_message) return {};
  const auto source = unescape_bytes(text_of(line.json, "source"));
  if (line.event == "message") see_message(source, line.json);
  if (line.event == "intent") open_.insert_or_assign(source, intent_of(line.json, source));
  if (line.event == "commit") see_commit(source, line.json);
  if (line.event == "abort") see_abort(source);
  if (line.event == "in_doubt") see_in_doubt(source, line.json);
  if (line.event == "resolved") see_resolved(source, line.json);
  return {};
}

void Ledger::see_message(const std::string& source, const Json& json) {
  const auto disposition = disposition_of(text_of(json, "disposition"));
  if (!disposition) return;
  auto& standing = standings_[source];
  // What was handed over, or may have been, is never made less by a later line: the worst that a wrong one can do is
  // keep a message back, where a person sees it.
  if (is_settled(standing.disposition) && standing.disposition != *disposition) return;
  const bool committed = standing.disposition == Disposition::replayed;
  standing.disposition = *disposition;
  standing.rule = intern_rule(text_of(json, "rule"));
  standing.journaled = true;
  const auto& rule = rules_[standing.rule];
  if (standing.disposition == Disposition::held && rule == "copy_in_doubt") standing.was_copy_in_doubt = true;
  if (standing.disposition == Disposition::duplicate && rule == "against") standing.was_against = true;
  standing.copy_of = Standing::none;
  const auto original = unescape_bytes(text_of(json, "duplicate_of"));
  if (!original.empty()) standing.copy_of = standings_.add(original);
  if (!committed) standing.details = digest_of(text_of(json, "details"));
}

void Ledger::see_commit(const std::string& source, const Json& json) {
  auto& standing = standings_[source];
  const auto how = text_of(json, "how");
  standing.disposition = Disposition::replayed;
  standing.rule = intern_rule(how.empty() || how == "renamed" || how == "smtp" ? "replay" : how);
  standing.journaled = false;
  const auto intent = open_.find(source);
  if (intent == open_.end()) return;
  standing.details = digest_of(intent->second.details);
  open_.erase(intent);
}

void Ledger::see_abort(const std::string& source) {
  open_.erase(source);
  auto& standing = standings_[source];
  if (is_settled(standing.disposition)) return;
  standing.disposition = Disposition::pending;
  standing.rule = 0;
  standing.journaled = false;
}

void Ledger::see_in_doubt(const std::string& source, const Json& json) {
  auto& standing = standings_[source];
  const auto intent = open_.find(source);
  if (intent != open_.end()) {
    standing.details = digest_of(intent->second.details);
    if (standing.disposition != Disposition::replayed) doubted_.insert_or_assign(source, std::move(intent->second));
    open_.erase(intent);
  }
  if (standing.disposition == Disposition::replayed) return;
  standing.disposition = Disposition::in_doubt;
  standing.rule = intern_rule(text_of(json, "rule"));
  standing.journaled = false;
}

// Only of what is in doubt: a word on anything else is not ours.
void Ledger::see_resolved(const std::string& source, const Json& json) {
  auto* const found = standings_.find(source);
  if (found == nullptr || found->disposition != Disposition::in_doubt) return;
  const bool sent = text_of(json, "word") != "not_sent";
  auto& standing = *found;
  standing.disposition = sent ? Disposition::replayed : Disposition::pending;
  standing.rule = intern_rule(std::string(sent ? resolved_sent : resolved_not_sent));
  standing.journaled = false;
  doubted_.erase(source);
}

const Standing* Ledger::told_original(const Standing& standing) const {
  return standing.copy_of == Standing::none ? nullptr : &standings_.at(standing.copy_of).value;
}

std::uint64_t Ledger::count(Disposition disposition) const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(standings_, [&](const auto& item) { return item.value.disposition == disposition; }));
}

bool Ledger::is_final(std::string_view source) const {
  const auto* const standing = find(source);
  return standing != nullptr && is_settled(standing->disposition);
}

}  // namespace requeue::replay
