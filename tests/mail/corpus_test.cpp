// Real mail: what we read of each header against what two other parsers read.
#include <catch2/catch.hpp>

#include "core/text.h"
#include "mail/message.h"
#include "support/corpus.h"

namespace requeue::mail {
namespace {

using tests::same_text;

std::string first_value(const HeaderBlock& block, std::string_view name) {
  if (!block.is_header) return {};
  for (const auto& field : block.fields) {
    if (ascii_iequals(field.name, name)) return field.value;
  }
  return {};
}

TEST_CASE("the header facts of real mail are those that two other parsers read", "[exhaustive]") {
  const auto corpus = tests::corpus_or_skip();
  if (corpus.empty()) return;
  int compared = 0;
  const int all = tests::each_mail(corpus, [&](const Json& truth, const std::string& bytes) {
    const auto block = parse_header_block(bytes);
    const auto facts = facts_of(block);
    if (truth["ok"] != true) return;
    ++compared;
    CHECK(same_text(truth["message-id"], facts.message_id));
    CHECK(same_text(truth["subject"], facts.subject));
    CHECK(same_text(truth["from"], facts.from));
    CHECK(same_text(truth["to"], first_value(block, "To")));
    CHECK(same_text(truth["cc"], first_value(block, "Cc")));
  });
  CHECK(all > 700);
  CHECK(compared > 700);
}

std::vector<std::string> sorted_set(const std::vector<std::string>& addresses) {
  std::vector<std::string> out;
  for (const auto& address : addresses) out.push_back(ascii_lower(address));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> ours_of(const HeaderBlock& block, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& field : block.fields) {
    if (!block.is_header || !ascii_iequals(field.name, name)) continue;
    const auto some = addresses_of(field.value);
    all.insert(all.end(), some.begin(), some.end());
  }
  return sorted_set(all);
}

std::vector<std::string> theirs_of(const Json& list) {
  std::vector<std::string> all;
  for (const auto& address : list) all.push_back(tests::narrowed(address.get<std::string>()));
  return sorted_set(all);
}

// Where ours is right, and why: docs/mail-in-the-wild.md.
bool is_known_difference(const std::string& ours, const std::string& theirs) {
  static const std::vector<std::pair<std::string, std::string>> known{
      {"s..palmer@enron.com ", ""},                               // two dots: the mail was sent to it
      {"", "28.617=3c/pr?= "},                                    // part of an encoded word
      {"bb@bug.com ", ""},                                        // a name and an address without brackets
      {"sending_domain.tld postmaster@sending_domain.tld ", ""},  // a blank inside the brackets: held as bad_address
  };
  return std::ranges::find(known, std::pair(ours, theirs)) != known.end();
}

// What is in one and not in the other.
std::string only_in(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::string out;
  for (const auto& address : a) {
    if (std::ranges::find(b, address) == b.end()) out += address + ' ';
  }
  return out;
}

TEST_CASE("the addresses of real mail are those that two other parsers read", "[exhaustive]") {
  const auto corpus = tests::corpus_or_skip();
  if (corpus.empty()) return;
  int compared = 0;
  tests::each_mail(corpus, [&](const Json& truth, const std::string& bytes) {
    if (truth["ok"] != true) return;
    const auto block = parse_header_block(bytes);
    for (const std::string name : {"from", "to", "cc"}) {
      if (!truth["addr"][name].is_array()) continue;
      ++compared;
      const auto ours = ours_of(block, name);
      const auto theirs = theirs_of(truth["addr"][name]);
      const auto more = only_in(ours, theirs);
      const auto less = only_in(theirs, ours);
      INFO(name << ": only ours " << more << ", only theirs " << less);
      CHECK((ours == theirs || is_known_difference(more, less)));
    }
  });
  CHECK(compared > 2000);
}

}  // namespace
}  // namespace requeue::mail
