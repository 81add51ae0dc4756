#include "mail/address_search.h"

#include <algorithm>

#include "core/text.h"
#include "mail/header_lines.h"

namespace requeue::mail {
namespace {

constexpr std::size_t most_addresses = 1000;
constexpr std::size_t longest_local = 64;
constexpr std::size_t longest_domain = 255;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 5322 atext and the dot.
bool is_local(char c) {
  return is_alphanumeric(c) || std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

bool is_domain(char c) {
  return is_alphanumeric(c) || c == '.' || c == '-';
}

void add_found(std::vector<std::string>& found, std::string_view local, std::string_view domain) {
  while (!domain.empty() && (domain.back() == '.' || domain.back() == '-')) domain.remove_suffix(1);
  const bool plausible = !local.empty() && domain.find('.') != std::string_view::npos && domain.front() != '.';
  if (!plausible || found.size() >= most_addresses) return;
  auto address = ascii_lower(std::string(local) + "@" + std::string(domain));
  if (std::ranges::find(found, address) == found.end()) found.push_back(std::move(address));
}

void search(std::string_view text, std::vector<std::string>& found) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    auto begin = at;
    while (begin > 0 && at - begin < longest_local && is_local(text[begin - 1])) --begin;
    auto end = at + 1;
    while (end < text.size() && end - at <= longest_domain && is_domain(text[end])) ++end;
    add_found(found, text.substr(begin, at - begin), text.substr(at + 1, end - at - 1));
  }
}

// Every second byte, where the other is zero; anything else ends a run, as a blank does.
std::string narrowed_utf16(std::string_view bytes, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i + 1 < bytes.size(); i += 2) text += bytes[i + 1] == '\0' ? bytes[i] : ' ';
  return text;
}

bool stands_alone(std::string_view lower, std::size_t at, std::size_t length) {
  const bool before = at > 0 && is_local(lower[at - 1]);
  const auto after = at + length;
  const bool behind = after < lower.size() && (is_domain(lower[after]) && lower[after] != '.');
  return !before && !behind;
}

bool finds(std::string_view lower, std::string_view wanted) {
  for (auto at = lower.find(wanted); at != std::string_view::npos; at = lower.find(wanted, at + 1)) {
    if (stands_alone(lower, at, wanted.size())) return true;
  }
  return false;
}

bool is_address_field(std::string_view name) {
  return is_one_of(name, {"From", "Sender", "To", "Cc", "Bcc", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc",
                          "Resent-Bcc", "x-sender", "x-receiver"});
}

}  // namespace

std::vector<std::string> addresses_in_bytes(std::string_view bytes) {
  std::vector<std::string> found;
  search(bytes, found);
  for (const std::size_t from : {std::size_t{0}, std::size_t{1}}) search(narrowed_utf16(bytes, from), found);
  return found;
}

bool stands_in_block(std::string_view address, const HeaderBlock& block) {
  const auto wanted = ascii_lower(address);
  if (finds(ascii_lower(block.raw), wanted)) return true;
  const auto local = wanted.substr(0, wanted.rfind('@'));
  for (const auto& field : block.fields) {
    if (!is_address_field(field.name)) continue;
    for (const auto& each : addresses_of(field.value)) {
      if (ascii_lower(each) == local) return true;
    }
  }
  return false;
}

}  // namespace requeue::mail
