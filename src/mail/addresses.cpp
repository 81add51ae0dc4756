// A tokenizer for address lists as real mail holds them (RFC 5322 with its obsolete forms, and what breaks them). One
// pass, no recursion: a field of 64 MB and a million open brackets cost what they weigh. What it makes of each oddity
// stands in docs/mail-in-the-wild.md.
#include <algorithm>
#include <unordered_set>

#include "core/text.h"
#include "mail/address_list.h"
#include "mail/message.h"

namespace requeue::mail {
namespace {

constexpr std::size_t longest_address = 998;
constexpr std::size_t longest_domain_literal = 255;
constexpr std::string_view outside_of_atoms = " ,;:<>()[]@";  // RFC 5321, 4.1.2: only in quotes

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The words of one entry of the list, blanks around "." and "@" left out as the obsolete syntax allows.
class Words {
 public:
  void add(std::string_view bytes) {
    const bool joins = bytes == "." || bytes == "@";
    if (words_.empty() || (parted_ && !joins && !open_))
      words_.emplace_back();
    else
      loose_ = loose_ || parted_;
    words_.back() += bytes;
    parted_ = false;
    open_ = joins;
  }
  void part() { parted_ = true; }
  void clear() { *this = Words(); }
  [[nodiscard]] bool has_at() const {
    return std::any_of(words_.begin(), words_.end(), [](const auto& w) { return w.find('@') != std::string::npos; });
  }
  [[nodiscard]] bool loose() const { return loose_; }  // blanks were left out: "Dr. Who" is no name of a mailbox
  [[nodiscard]] const std::vector<std::string>& all() const { return words_; }

 private:
  std::vector<std::string> words_;
  bool parted_ = false;
  bool loose_ = false;
  bool open_ = false;  // ends with "." or "@": what follows belongs to it
};

class Tokenizer {
 public:
  Tokenizer(std::string_view text, AddressList& out) : text_(text), out_(out) {}

  void run() {
    while (at_ < text_.size()) step();
    end_entry();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (is_space(c)) return skip_blank();
    switch (c) {
      case '(':
        return comment();
      case '"':
        return quoted();
      case '[':
        return domain_literal();
      case ',':
        return comma();
      case ';':
        return separate();
      case ':':
        return colon();
      case '<':
        return open_angle();
      case '>':
        return close_angle();
      default:
        return word();
    }
  }

  void skip_blank() {
    words_.part();
    ++at_;
  }

  // A comment parts words as a blank does. One that is never closed is text: else it would swallow every recipient
  // behind it.
  void comment() {
    words_.part();
    std::size_t depth = 0;
    for (auto i = at_; !comments_broken_ && i < text_.size(); ++i) {
      if (text_[i] == '\\')
        ++i;
      else if (text_[i] == '(')
        ++depth;
      else if (text_[i] == ')' && --depth == 0) {
        at_ = i + 1;
        return;
      }
    }
    comments_broken_ = true;
    ++at_;
  }

  void quoted() {
    for (auto i = at_ + 1; !quotes_broken_ && i < text_.size(); ++i) {
      if (text_[i] == '\\')
        ++i;
      else if (text_[i] == '"') {
        words_.add(text_.substr(at_, i + 1 - at_));
        at_ = i + 1;
        return;
      }
    }
    quotes_broken_ = true;
    words_.part();
    ++at_;
  }

  void domain_literal() {
    const auto end = text_.substr(at_, longest_domain_literal).find_first_of("] \t\r\n,;<>()\"", 1);
    const bool closed = end != std::string_view::npos && text_[at_ + end] == ']';
    words_.add(text_.substr(at_, closed ? end + 1 : 1));
    at_ += closed ? end + 1 : 1;
  }

  // Inside brackets a comma parts the hosts of a route, but ends a bracket that was never closed.
  void comma() {
    const bool route = in_angle_ && !words_.all().empty() && words_.all().front().starts_with('@');
    if (!route) return separate();
    words_.part();
    ++at_;
  }

  void separate() {
    end_entry();
    ++at_;
  }

  // The end of a group's name, or of a route; both are left out.
  void colon() {
    if (!in_angle_ && words_.has_at()) end_entry();
    words_.clear();
    ++at_;
  }

  void open_angle() {
    // What stood before is a display name, or a bracket that was opened twice.
    if (!in_angle_) before_angle_ = words_.all();
    words_.clear();
    in_angle_ = true;
    ++at_;
  }

  void close_angle() {
    if (in_angle_) {
      emit_angle();
      in_angle_ = false;
      seen_angle_ = true;
    }
    words_.part();
    ++at_;
  }

  void word() {
    if (text_[at_] == '.' || text_[at_] == '@') {
      words_.add(text_.substr(at_++, 1));
      return;
    }
    const auto end = std::min(text_.find_first_of(special, at_), text_.size());
    const auto length = std::max<std::size_t>(end - at_, 1);
    words_.add(text_.substr(at_, length));
    at_ += length;
  }

  void emit_angle() {
    std::string address;
    for (const auto& word : words_.all()) address += (address.empty() ? "" : " ") + word;
    words_.clear();
    // "<Undisclosed-Recipient:@host;>": a group's name that somebody put in brackets.
    if (!address.empty() && !address.starts_with('@')) out_.add(address);
    if (address.empty()) emit_plain(before_angle_);  // "a@b <>"
  }

  // "<a@b> c@d, ...": the comma between them was lost, as at a fold. What a person wrote there is a remark, be it of an
  // address ("on behalf of c@d", "[mailto:c@d]"): only plain ones with nothing else beside them are recipients.
  void emit_plain(const std::vector<std::string>& words) {
    static constexpr std::string_view of_remarks = "{}=?'!*`|%";
    const auto is_one = [](const std::string& word) {
      return word.find_first_of(of_remarks) == std::string::npos && word.find('@') != std::string::npos &&
             is_plain_address(word);
    };
    if (!std::ranges::all_of(words, is_one)) return;
    for (const auto& word : words) out_.add(word);
  }

  void end_entry() {
    if (in_angle_)
      emit_angle();
    else if (!seen_angle_)
      emit_words();
    else
      emit_plain(words_.all());
    words_.clear();
    in_angle_ = seen_angle_ = false;
  }

  // Without brackets an entry is an address when it is one word; of several, those with an "@" are.
  void emit_words() {
    const auto& all = words_.all();
    for (const auto& word : all) {
      const bool has_at = word.find('@') != std::string::npos;
      if (word.starts_with('@') || (!has_at && (all.size() > 1 || words_.loose() || is_no_mailbox(word)))) continue;
      out_.add(word);
    }
  }

  // A display name alone, and the words that stand for hidden recipients where their ":" was lost.
  static bool is_no_mailbox(std::string_view word) {
    return word.starts_with('"') || word.starts_with("=?") || word.ends_with("?=") || word == "." ||
           ascii_iequals(word, "undisclosed-recipients") || ascii_iequals(word, "unlisted-recipients");
  }

  static constexpr std::string_view special{" \t\r\n(\"[,;:<>.@"};

  std::string_view text_;
  AddressList& out_;
  std::size_t at_ = 0;
  Words words_;
  std::vector<std::string> before_angle_;
  bool in_angle_ = false;
  bool seen_angle_ = false;
  bool comments_broken_ = false;  // one was never closed: no other is looked for, which keeps this linear
  bool quotes_broken_ = false;
};

// The place of the "@" between local part and domain: the last one outside quotes.
std::size_t at_sign(std::string_view address) {
  bool quoted = false;
  auto found = std::string_view::npos;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (quoted && address[i] == '\\')
      ++i;
    else if (address[i] == '"')
      quoted = !quoted;
    else if (address[i] == '@' && !quoted)
      found = i;
  }
  return found;
}

}  // namespace

void AddressList::add(std::string_view address) {
  if (seen_.insert(ascii_lower(address)).second) addresses_.emplace_back(address);
}

void AddressList::add_field(std::string_view value) {
  Tokenizer(value, *this).run();
}

std::vector<std::string> addresses_of(std::string_view field_value) {
  AddressList list;
  list.add_field(field_value);
  return list.take();
}

bool same_address(std::string_view a, std::string_view b) {
  return ascii_iequals(a, b);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= '\0' && c < ' ') || c == '\x7F'; });
}

bool is_writable_address(std::string_view address) {
  if (address.empty() || address.size() > longest_address || has_control_character(address)) return false;
  bool quoted = false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (c == '<' || c == '>') return false;
    // Two recipients in one line, to the service: nobody would get it.
    if (!quoted && (c == ' ' || c == ',' || c == ';')) return false;
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
  }
  const auto at = at_sign(address);
  return !quoted && at != 0 && at != address.size() - 1;
}

bool is_plain_address(std::string_view address) {
  if (!is_writable_address(address)) return false;
  const auto at = at_sign(address);
  auto local = address.substr(0, at);
  auto domain = at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
  bool quoted = false;
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (quoted && local[i] == '\\')
      ++i;
    else if (local[i] == '"')
      quoted = !quoted;
    else if (!quoted && outside_of_atoms.find(local[i]) != std::string_view::npos)
      return false;
  }
  if (domain.size() > 2 && domain.front() == '[' && domain.back() == ']') {
    domain = domain.substr(1, domain.size() - 2);
    return domain.find_first_of("[]\" @,;()") == std::string_view::npos;
  }
  return domain.find_first_of(outside_of_atoms) == std::string_view::npos && domain.find('"') == std::string_view::npos;
}

std::string domain_of(std::string_view address) {
  const auto at = at_sign(address);
  return at == std::string_view::npos ? std::string() : ascii_lower(address.substr(at + 1));
}

}  // namespace requeue::mail
