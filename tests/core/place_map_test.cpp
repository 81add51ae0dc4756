#include "core/place_map.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

using requeue::DigestMap;
using requeue::Name;
using requeue::NameMap;

TEST_CASE("A name keeps any bytes, of any length", "[place_map]") {
  const std::string nul("Queue/a\0b.eml", 13);
  for (const auto& text : {std::string(), std::string("Queue/a.eml"), nul, std::string(127, 'x'), std::string(128, 'y'),
                           std::string(16384, 'z'), std::string(3, '\xff')}) {
    const Name name(text);
    CHECK(name.view() == text);
    CHECK(name.str() == text);
    CHECK(name.empty() == text.empty());
    const Name copy = name;
    CHECK(copy == name);
  }
}

TEST_CASE("Names are ordered bytewise, and stay where they are when they are moved", "[place_map]") {
  CHECK(Name("Queue/a") < Name("Queue/b"));
  CHECK(Name("Queue/a") < Name("Queue/\xc3\xa4"));
  CHECK(Name() < Name("a"));
  Name name("Queue/a.eml");
  const auto bytes = name.view();
  const Name moved = std::move(name);
  CHECK(moved.view().data() == bytes.data());
  Name self("Queue/a.eml");
  const auto& same = self;
  self = same;
  CHECK(self == moved);
}

TEST_CASE("A map by names does what a map does", "[place_map]") {
  std::mt19937 chance(20261126);
  NameMap<int> names;
  std::map<std::string, int> expected;
  std::vector<std::string> order;
  CHECK(names.find("nothing") == nullptr);
  for (int i = 0; i < 20000; ++i) {
    const auto name = "Queue/" + std::to_string(chance() % 5000) + ".eml";
    if (expected.count(name) == 0) order.push_back(name);
    CHECK((names.find(name) != nullptr) == (expected.count(name) != 0));
    names[name] += i;
    expected[name] += i;
  }
  REQUIRE(names.size() == expected.size());
  for (const auto& [name, value] : expected) {
    REQUIRE(names.find(name) != nullptr);
    CHECK(*names.find(name) == value);
    CHECK(names.at(names.place_of(name)).key == name);
  }
  std::size_t at = 0;
  for (const auto& item : names) CHECK(item.key == order[at++]);
}

TEST_CASE("A value of a map by names stays where it is while more names come", "[place_map]") {
  NameMap<int> names;
  int& first = names["first"];
  for (int i = 0; i < 5000; ++i) names[std::to_string(i)] = i;
  first = 42;
  CHECK(*names.find("first") == 42);
  CHECK(names.add("first") == 0);
}

TEST_CASE("A map by digests tells all 32 bytes apart", "[place_map]") {
  DigestMap<int> digests;
  requeue::Sha256Bytes digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    auto other = digest;
    other[i] = 1;
    CHECK(digests.find(other) == nullptr);
    digests[other] = static_cast<int>(i);
  }
  CHECK(digests.find(digest) == nullptr);
  digest[31] = 1;
  REQUIRE(digests.find(digest) != nullptr);
  CHECK(*digests.find(digest) == 31);
}
