// Names in the bag: as found, except those that a bag, a ZIP or Windows cannot hold or would take for one another.
#include <set>

#include "snapshot/bench.h"

namespace requeue::tests {

using snapshot::SafeNames;

namespace {

bool kept(const std::string& name) {
  return SafeNames().name_for("f", name) == name;
}

// Whether a name is plain enough for any disk.
bool is_harmless(const std::string& name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
         std::string::npos;
}

}  // namespace

TEST_CASE("Ordinary names are kept as found", "[names]") {
  for (const std::string name : {"NTFS_8e1c.EML", "a b.eml", ".hidden", "Entwürfe.eml", "\xE5\x8F\x97\xE4\xBF\xA1.eml",
                                 "a'b&c(1)[2]{3}.eml", "com10.eml", "connect.eml", "~tmp", "a..b"}) {
    INFO(name);
    CHECK(kept(name));
  }
}

TEST_CASE("Names that a manifest, a ZIP or Windows cannot hold are stored under a safe one", "[names]") {
  const std::string names[] = {"50%.eml",  "a\rb.eml",   "a\nb.eml", "a\tb.eml", "\xFF\xFE.eml", "a:b.eml",
                               "a\\b.eml", "a?b.eml",    "a*b.eml",  "a\"b.eml", "a<b.eml",      "a>b.eml",
                               "a|b.eml",  "dot.",       "blank ",   "con",      "NUL.eml",      "Com1.txt",
                               "lpt9",     "aux .x.eml", "conin$",   "a\x7F",    "e\xCC\x81.eml"};
  for (const auto& name : names) {
    INFO(name);
    const auto safe = SafeNames().name_for("f", name);
    CHECK(safe != name);
    CHECK(is_harmless(safe));
    CHECK(SafeNames().name_for("f", safe) == safe);
  }
}

TEST_CASE("A safe name keeps a plain extension, so that a person still sees what the file is", "[names]") {
  CHECK(SafeNames().name_for("f", "50%.eml").substr(21) == ".eml");
  CHECK(SafeNames().name_for("f", "50%.e%l").size() == 21);
  CHECK(SafeNames().name_for("f", "%.abcdefghi").size() == 21);
}

TEST_CASE("Of names that differ by case or normalisation only, one is kept in each folder", "[names]") {
  const std::pair<std::string, std::string> twins[] = {
      {"a.eml", "A.EML"},
      {"\xC3\xA4.eml", "\xC3\x84.eml"},                      // a and A with two dots
      {"\xD0\xB6.eml", "\xD0\x96.eml"},                      // Cyrillic zhe
      {"\xCF\x83.eml", "\xCF\x82.eml"},                      // both forms of the Greek sigma
      {"K.eml", "\xE2\x84\xAA.eml"},                         // the Kelvin sign
      {"\xC3\xA9.eml", "e\xCC\x81.eml"},                     // one letter, two normal forms
      {"\xEA\xB0\x80.eml", "\xE1\x84\x80\xE1\x85\xA1.eml"},  // Hangul, composed and not
  };
  for (const auto& [first, second] : twins) {
    INFO(first << " and " << second);
    SafeNames names;
    CHECK(names.name_for("f", first) == first);
    CHECK(is_harmless(names.name_for("f", second)));
    CHECK(names.name_for("another folder", first) == first);
  }
}

TEST_CASE("Names that are different on every disk are all kept", "[names]") {
  SafeNames names;
  for (const std::string name : {"a.eml", "b.eml", "\xC3\xA4.eml", "\xC3\xB6.eml", "\xE5\x8F\x97", "\xE4\xBF\xA1"}) {
    CHECK(names.name_for("f", name) == name);
  }
}

TEST_CASE("A file that bears another's safe name gets one of its own, whichever comes first", "[names]") {
  const auto safe = SafeNames().name_for("f", "50%.eml");
  SafeNames before;
  CHECK(before.name_for("f", safe) == safe);
  const auto other = before.name_for("f", "50%.eml");
  CHECK(other != safe);
  SafeNames after;
  CHECK(after.name_for("f", "50%.eml") == safe);
  CHECK(after.name_for("f", safe) != safe);
}

TEST_CASE("A name longer than other systems can hold is stored under a safe one", "[names]") {
  std::string ideographs;
  for (int i = 0; i < 86; ++i) ideographs += "\xE5\x8F\x97";
  CHECK(is_harmless(SafeNames().name_for("f", ideographs)));
  CHECK(kept(std::string(255, 'a')));
}

}  // namespace requeue::tests
