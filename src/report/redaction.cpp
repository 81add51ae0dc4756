#include "report/redaction.h"

#include "core/digest.h"
#include "core/text.h"
#include "journal/details.h"

namespace requeue::report {
namespace {

constexpr std::size_t shown_digits = 16;

// Not the digest of the line itself: the journal tells that one.
constexpr std::string_view purpose = "requeue redaction key\n";

bool is_extension(std::string_view text) {
  if (text.size() < 2 || text.size() > 5) return false;
  for (const char c : text.substr(1)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain) return false;
  }
  return true;
}

}  // namespace

Result<Redaction> Redaction::open(files::Tree& recovery) {
  std::string first;
  const auto visit = [&](const std::string&, const Json& line) -> Result<void> {
    if (first.empty()) first = text_of(line, "salt");
    return {};
  };
  REQUEUE_TRY([[maybe_unused]] const auto file, journal::read_details(recovery, visit));
  if (first.empty()) first = random_hex(16);
  return Redaction(std::string(purpose) + first);
}

std::string Redaction::text(std::string_view kind, std::string_view text) const {
  if (text.empty()) return {};
  return std::string(kind) + "-" +
         hmac_sha256_hex(key_, std::string(kind) + "\n" + std::string(text)).substr(0, shown_digits);
}

std::string Redaction::address(std::string_view address) const {
  if (address.empty() || address == "<>") return std::string(address);
  const auto lower = ascii_lower(address);  // the same address however it is written
  const auto at = lower.rfind('@');
  if (at == std::string::npos) return text("a", lower);
  return text("a", lower) + "@" + text("d", lower.substr(at + 1));
}

std::string Redaction::path(std::string_view path) const {
  const auto slash = path.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const auto dot = name.rfind('.');
  const bool keeps = dot != std::string_view::npos && is_extension(name.substr(dot));
  const auto shown = text("f", path) + std::string(keeps ? name.substr(dot) : std::string_view());
  const auto top = folder.substr(0, folder.find('/'));
  if (folder.empty()) return shown;
  // Deeper folders have names that people gave them; the first one is the Mailroot's own.
  return std::string(top) + (top == folder ? "/" : "/" + text("p", folder) + "/") + shown;
}

Json Redaction::record(const Json& record) const {
  Json redacted = record;
  const auto replace = [&](const char* column, auto with) {
    const auto found = redacted.find(column);
    if (found != redacted.end() && found->is_string()) *found = with(found->get_ref<const std::string&>());
  };
  for (const auto* const column : {"source", "duplicate_of"}) {
    replace(column, [&](const std::string& value) { return path(value); });
  }
  replace("envelope_sender", [&](const std::string& value) { return address(value); });
  replace("message_id", [&](const std::string& value) { return text("m", value); });
  replace("mih", [&](const std::string& value) { return text("h", value); });
  replace("subject", [&](const std::string& value) { return text("s", value); });
  replace("from", [&](const std::string& value) { return text("n", value); });
  // A server's words may hold anything; its numbers do not.
  if (const auto smtp = redacted.find("smtp"); smtp != redacted.end() && smtp->is_object()) {
    if (const auto answer = smtp->find("answer"); answer != smtp->end()) answer->erase("text");
    if (const auto refused = smtp->find("refused"); refused != smtp->end() && refused->is_array()) {
      for (auto& one : *refused) {
        if (!one.is_object()) continue;
        one["recipient"] = address(text_of(one, "recipient"));
        one.erase("text");
      }
    }
    if (const auto server = smtp->find("server"); server != smtp->end()) *server = text("v", text_of(*smtp, "server"));
  }
  if (const auto list = redacted.find("envelope_recipients"); list != redacted.end() && list->is_array()) {
    for (auto& each : *list) {
      if (each.is_string()) each = address(each.get_ref<const std::string&>());
    }
  }
  return redacted;
}

}  // namespace requeue::report
