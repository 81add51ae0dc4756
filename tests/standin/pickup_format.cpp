#include "standin/pickup_format.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <unordered_set>

namespace standin {
namespace {

struct Field {
  std::string name;  // lower case
  std::string value;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The next line with its end; takes it off `rest`.
std::string_view take_line(std::string_view& rest) {
  const auto newline = rest.find('\n');
  const auto size = newline == std::string_view::npos ? rest.size() : newline + 1;
  const auto line = rest.substr(0, size);
  rest.remove_prefix(size);
  return line;
}

std::optional<Field> field_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || is_blank(line.front())) return std::nullopt;
  std::string name(trim(line.substr(0, colon)));
  std::transform(name.begin(), name.end(), name.begin(), lower);
  if (name.find_first_of(" \t") != std::string::npos) return std::nullopt;
  return Field{std::move(name), std::string(trim(line.substr(colon + 1)))};
}

std::vector<Field> fields_of(std::string_view bytes) {
  std::vector<Field> fields;
  while (!bytes.empty()) {
    const auto line = take_line(bytes);
    if (trim(line).empty()) break;
    if (is_blank(line.front()) && !fields.empty()) {
      fields.back().value += " " + std::string(trim(line));
    } else if (auto field = field_of(line)) {
      fields.push_back(std::move(*field));
    } else {
      break;
    }
  }
  return fields;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// "john doe"@example.org is an address; John Doe is none.
bool has_bare_blank(std::string_view address) {
  bool quoted = false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (quoted && address[i] == '\\') {
      ++i;
    } else if (address[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (address[i] == ' ' || address[i] == '\t')) {
      return true;
    }
  }
  return false;
}

// Each once, without regard to case.
class Recipients {
 public:
  void add(std::string address) {
    if (address.empty() || has_bare_blank(address)) return;
    std::string key = address;
    std::transform(key.begin(), key.end(), key.begin(), lower);
    if (known_.insert(std::move(key)).second) all_.push_back(std::move(address));
  }
  [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
  std::unordered_set<std::string> known_;
};

// "a@b", "<a@b>" or "Name <a@b>"
std::string x_address(std::string_view value) {
  value = trim(value);
  const auto open = value.rfind('<');
  if (open == std::string_view::npos || value.back() != '>') return std::string(value);
  return std::string(trim(value.substr(open + 1, value.size() - open - 2)));
}

struct XHeaders {
  std::optional<std::string> sender;
  Recipients recipients;
};

// Takes the leading x-headers off `bytes`.
XHeaders take_x_headers(std::string_view& bytes) {
  XHeaders found;
  while (true) {
    std::string_view rest = bytes;
    const auto field = field_of(take_line(rest));
    if (!field) return found;
    if (field->name == "x-sender") {
      found.sender = x_address(field->value);
    } else if (field->name == "x-receiver") {
      found.recipients.add(x_address(field->value));
    } else {
      return found;
    }
    bytes = rest;
  }
}

Envelope envelope_of(const XHeaders& x, const std::vector<Field>& fields) {
  std::string sender;
  Recipients recipients;
  for (const char* wanted : {"to", "cc", "bcc"}) {
    for (const auto& field : fields) {
      if (field.name != wanted) continue;
      for (auto& address : mailboxes(field.value)) recipients.add(std::move(address));
    }
  }
  for (const char* wanted : {"from", "sender"}) {  // the later one wins: Sender over From
    for (const auto& field : fields) {
      const auto found = field.name == wanted ? mailboxes(field.value) : std::vector<std::string>{};
      if (!found.empty()) sender = found.front();
    }
  }
  return {x.sender.value_or(sender), x.recipients.all().empty() ? recipients.all() : x.recipients.all()};
}

std::string without_dots(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    auto line = take_line(bytes);
    if (line.front() == '.') line.remove_prefix(1);
    out += line;
  }
  return out;
}

Message read(std::string_view stripped, const XHeaders& x) {
  Message message;
  const auto fields = fields_of(stripped);
  message.has_from = std::any_of(fields.begin(), fields.end(), [](const Field& field) {
    return field.name == "from" && !mailboxes(field.value).empty();
  });
  message.envelope = envelope_of(x, fields);
  return message;
}

// The mailboxes of one value, a character at a time.
class Mailboxes {
 public:
  std::vector<std::string> of(std::string_view value) {
    for (const char c : value) step(c);
    finish();
    return std::move(found_);
  }

 private:
  void step(char c) {
    if (escaped_) {
      escaped_ = false;
      keep(c);
    } else if (c == '\\' && (quoted_ || comment_ > 0)) {
      escaped_ = true;
      keep(c);
    } else if (comment_ > 0) {
      comment_ += c == '(' ? 1 : c == ')' ? -1 : 0;
    } else if (c == '"') {
      quoted_ = !quoted_;
      keep(c);
    } else if (quoted_) {
      keep(c);
    } else {
      plain(c);
    }
  }

  void plain(char c) {
    if (c == '(') {
      ++comment_;
    } else if (c == '<') {
      in_angle_ = has_angle_ = true;
      angle_.clear();
    } else if (c == '>') {
      in_angle_ = false;
    } else if (!in_angle_ && (c == ',' || c == ';')) {
      finish();
    } else if (!in_angle_ && c == ':') {
      bare_.clear();  // it was the name of a group
    } else {
      keep(c);
    }
  }

  void keep(char c) {
    if (comment_ == 0) (in_angle_ ? angle_ : bare_) += c;
  }

  void finish() {
    std::string_view address = trim(has_angle_ ? angle_ : bare_);
    if (address.substr(0, 1) == "@")
      address.remove_prefix(std::min(address.size(), address.rfind(':') + 1));  // a route
    if (!address.empty()) found_.emplace_back(address);
    bare_.clear();
    angle_.clear();
    quoted_ = in_angle_ = has_angle_ = false;
    comment_ = 0;
  }

  std::vector<std::string> found_;
  std::string bare_;
  std::string angle_;
  int comment_ = 0;
  bool quoted_ = false, escaped_ = false, in_angle_ = false, has_angle_ = false;
};

}  // namespace

Message read_pickup(std::string_view bytes) {
  const XHeaders x = take_x_headers(bytes);
  std::string content = without_dots(bytes);
  Message message = read(content, x);
  message.content = std::move(content);
  return message;
}

Message read_queue(std::string_view bytes) {
  std::string_view stripped = bytes;
  const XHeaders x = take_x_headers(stripped);
  Message message = read(stripped, x);
  message.content = std::string(bytes);
  return message;
}

std::vector<std::string> mailboxes(std::string_view value) {
  return Mailboxes().of(value);
}

bool matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      mark = t;
    } else if (g < glob.size() && (glob[g] == '?' || lower(glob[g]) == lower(text[t]))) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::size_t header_end(std::string_view bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto at = bytes.size() - rest.size();
    if (trim(take_line(rest)).empty()) return at;
  }
  return bytes.size();
}

bool has_field(std::string_view bytes, std::string_view name) {
  const auto fields = fields_of(bytes);
  return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return same(field.name, name); });
}

}  // namespace standin
