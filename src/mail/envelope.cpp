#include "mail/envelope.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

#include "core/text.h"
#include "mail/address_list.h"
#include "mail/header_lines.h"

namespace requeue::mail {
namespace {

using Fields = std::vector<const Field*>;

bool is_resent(const Field& field) {
  return is_one_of(field.name, {"Resent-Date", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc",
                                "Resent-Message-ID"});
}

// Whoever resends puts a block of Resent- fields on top. The newest block ends where a hop stamped the mail before it
// was resent, or where a field comes again that stands once in a block. The recipients of older blocks have their mail.
Fields newest_resent_block(const std::vector<Field>& fields) {
  Fields block;
  std::set<std::string> seen;
  for (const auto& field : fields) {
    if (!block.empty() && is_one_of(field.name, {"Received", "Return-Path"})) break;
    if (!is_resent(field)) continue;
    if (!seen.insert(ascii_lower(field.name)).second) break;
    block.push_back(&field);
  }
  return block;
}

Fields all_of(const std::vector<Field>& fields) {
  Fields all;
  all.reserve(fields.size());
  for (const auto& field : fields) all.push_back(&field);
  return all;
}

std::vector<std::string> addresses_in(const Fields& fields, std::initializer_list<std::string_view> names) {
  AddressList list;
  for (const auto name : names) {
    for (const auto* field : fields) {
      if (ascii_iequals(field->name, name)) list.add_field(field->value);
    }
  }
  return list.take();
}

bool has_any(const Fields& fields, std::initializer_list<std::string_view> names) {
  return std::any_of(fields.begin(), fields.end(), [&](const auto* field) { return is_one_of(field->name, names); });
}

bool is_null_path(std::string_view value) {
  const auto text = trim(value);
  return text.starts_with('<') && text.ends_with('>') && trim(text.substr(1, text.size() - 2)).empty();
}

// True when it settled the sender.
bool set_sender(Envelope& envelope, const std::vector<std::string>& addresses) {
  if (addresses.empty()) return false;
  envelope.sender = addresses.front();
  envelope.sender_known = true;
  return true;
}

bool set_path(Envelope& envelope, std::string_view value) {
  if (!is_null_path(value)) return set_sender(envelope, addresses_of(value));
  envelope.null_sender = envelope.sender_known = true;
  return true;
}

bool sender_from_return_path(const Fields& fields, Facts& facts) {
  std::optional<Envelope> last;
  for (const auto* field : fields) {
    if (!ascii_iequals(field->name, "Return-Path")) continue;
    Envelope path;
    if (!set_path(path, field->value)) continue;
    if (last && (path.null_sender != last->null_sender || !same_address(path.sender, last->sender))) {
      facts.differing_return_paths = true;
    }
    last = path;
  }
  if (!last || facts.differing_return_paths) return false;
  facts.null_return_path = last->null_sender;
  facts.headers.sender = last->sender;
  facts.headers.null_sender = last->null_sender;
  facts.headers.sender_known = true;
  return true;
}

void read_header_envelope(const std::vector<Field>& fields, Facts& facts) {
  const auto all = all_of(fields);
  const auto resent = newest_resent_block(fields);
  auto& envelope = facts.headers;
  facts.used_resent = has_any(resent, {"Resent-To", "Resent-Cc", "Resent-Bcc"});
  envelope.recipients = facts.used_resent ? addresses_in(resent, {"Resent-To", "Resent-Cc", "Resent-Bcc"})
                                          : addresses_in(all, {"To", "Cc", "Bcc"});
  if (!envelope.recipients.empty()) envelope.source = EnvelopeSource::headers;
  if (sender_from_return_path(all, facts)) return;
  if (facts.used_resent && set_sender(envelope, addresses_in(resent, {"Resent-Sender", "Resent-From"}))) return;
  if (set_sender(envelope, addresses_in(all, {"Sender"}))) return;
  set_sender(envelope, facts.from_addresses);
}

// KEYWORD or KEYWORD=VALUE each (RFC 5321, 4.1.2).
bool are_parameters(std::string_view text) {
  for (text = trim(text); !text.empty();) {
    const auto word = text.substr(0, text.find_first_of(" \t"));
    const auto keyword = word.substr(0, word.find('='));
    const bool plain = std::ranges::all_of(keyword, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
    });
    if (keyword.empty() || !plain) return false;
    text = trim(text.substr(word.size()));
  }
  return true;
}

// "<a@b> ORCPT=rfc822;c@d": what follows the brackets are parameters, not recipients.
std::string_view without_parameters(std::string_view value) {
  const auto end = value.find('>');
  if (value.find('<') == std::string_view::npos) {
    const auto word = value.substr(0, value.find_first_of(" \t"));
    const auto rest = value.substr(word.size());
    const bool valued = rest.find('=') != std::string_view::npos;  // "a@b c": who knows what c is
    return word.find('@') != std::string_view::npos && valued && are_parameters(rest) ? word : value;
  }
  if (end == std::string_view::npos || value.find('<') > end) return value;
  return are_parameters(value.substr(end + 1)) ? value.substr(0, end + 1) : value;
}

constexpr std::string_view parting = " \t,;<>";

// Without comments and quoted words, a blank in place of each; nullopt where they cannot be told from the words beside
// them: one has no end, or touches another word ("a b"@x).
std::optional<std::string> without_quoted(std::string_view text) {
  const auto parts = [&](std::size_t at) { return at >= text.size() || parting.find(text[at]) != parting.npos; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '(') {
      out += text[i];
      continue;
    }
    if (i != 0 && !parts(i - 1)) return std::nullopt;
    const bool comment = text[i] == '(';
    for (int depth = 1; depth != 0;) {
      if (++i >= text.size()) return std::nullopt;
      if (text[i] == '\\')
        ++i;
      else if (comment && text[i] == '(')
        ++depth;
      else if (text[i] == (comment ? ')' : '"'))
        --depth;
    }
    if (!parts(i + 1)) return std::nullopt;
    out += ' ';
  }
  return out;
}

// Whether a word behind the first address became no recipient, or one with an @ before it: a display name may be the
// same address. Where words cannot be told by blanks alone, whether an @ is left over.
bool leaves_words(std::string_view value, const std::vector<std::string>& found) {
  std::unordered_set<std::string> known;
  std::ptrdiff_t signs = 0;
  for (const auto& one : found) {
    known.insert(ascii_lower(one));
    signs += std::ranges::count(one, '@');
  }
  const auto plain = without_quoted(value);
  if (!plain || plain->find_first_of(":[\\") != std::string::npos) return std::ranges::count(value, '@') > signs;
  const auto bracket = plain->find('<');
  for (std::size_t at = 0; (at = plain->find_first_not_of(parting, at)) != std::string::npos;) {
    const auto word = plain->substr(at, plain->find_first_of(parting, at) - at);
    const bool is_name = bracket != std::string::npos && at < bracket && word.find('@') == std::string::npos;
    if (!is_name && !known.contains(ascii_lower(word))) return true;
    at += word.size();
  }
  return false;
}

void read_x_headers(const HeaderBlock& block, Facts& facts) {
  auto& envelope = facts.x_headers;
  AddressList recipients;
  const auto leading = leading_x_headers_size(block.raw);
  FieldCursor cursor(block.raw);  // of the whole block: what stands behind the last x-header tells whether it is cut
  for (auto field = cursor.next(); field && cursor.position() <= leading; field = cursor.next()) {
    const auto value = unfold(*field, '\0');
    const auto address = without_parameters(value);
    if (ascii_iequals(field->name, "x-sender")) {
      if (!envelope.sender_known) set_path(envelope, address);
      continue;
    }
    envelope.source = EnvelopeSource::x_headers;
    const auto found = addresses_of(address);
    for (const auto& one : found) recipients.add(one);
    // Somebody is owed this mail: what cannot be read as an address must be seen by a person, not be dropped.
    if ((found.empty() || leaves_words(address, found)) && !value.empty()) recipients.add(value);
  }
  envelope.recipients = recipients.take();
  if (envelope.recipients.empty()) envelope.source = EnvelopeSource::none;
}

}  // namespace

void read_envelopes(const HeaderBlock& block, Facts& facts) {
  read_header_envelope(block.fields, facts);
  read_x_headers(block, facts);
  auto& x = facts.x_headers;
  if (x.source == EnvelopeSource::x_headers && !x.sender_known) {
    // The service takes the sender from the headers then.
    x.sender = facts.headers.sender;
    x.null_sender = facts.headers.null_sender;
    x.sender_known = facts.headers.sender_known;
  }
  const auto& recipients = x.source == EnvelopeSource::x_headers ? x.recipients : facts.headers.recipients;
  facts.recipient_without_domain =
      std::any_of(recipients.begin(), recipients.end(), [](const auto& one) { return domain_of(one).empty(); });
}

}  // namespace requeue::mail
