#include "core/flat_object.h"

#include <string>

#include <catch2/catch.hpp>

#include "core/json.h"

using requeue::FlatObject;

TEST_CASE("A flat object gives its texts and integers", "[json]") {
  FlatObject object;
  REQUIRE(object.read(R"({"path":"Queue/a \"b\" \u00e9.EML","size":12,"offset":-3,"file":18446744073709551615})"));
  REQUIRE(object.text("path") != nullptr);
  CHECK(*object.text("path") == "Queue/a \"b\" \xC3\xA9.EML");
  CHECK(object.integer("size") == 12);
  CHECK(object.integer("offset") == -3);
  CHECK(static_cast<std::uint64_t>(object.integer("file")) == 18446744073709551615U);
  CHECK(object.has("size"));
  CHECK_FALSE(object.has("siz"));
  CHECK(object.text("size") == nullptr);
  CHECK(object.integer("path", 7) == 7);
}

TEST_CASE("Nothing of the line before stays in a flat object that is read into again", "[json]") {
  FlatObject object;
  REQUIRE(object.read(R"({"a":"1","b":"2","c":"3"})"));
  REQUIRE(object.read(R"({"b":5})"));
  CHECK_FALSE(object.has("a"));
  CHECK(object.text("b") == nullptr);
  CHECK(object.integer("b") == 5);
  REQUIRE(object.read("{}"));
  CHECK_FALSE(object.has("b"));
}

TEST_CASE("What is no flat object of texts and integers is left to the other reader", "[json]") {
  FlatObject object;
  for (const auto* const line :
       {"", "1", "\"a\"", "[]", "[1]", "{", "{\"a\":1", "{\"a\":1}x", "{\"a\":1}{}", "{\"a\":{}}", "{\"a\":[]}",
        "{\"a\":null}", "{\"a\":true}", "{\"a\":1.5}", "{\"a\":1e3}", "{\"a\":\"\xFF\"}", "{\"a\":\"\n\"}", "{a:1}"}) {
    INFO(line);
    CHECK_FALSE(object.read(line));
  }
}

TEST_CASE("A line of more fields than any of ours is left to the other reader", "[json]") {
  FlatObject object;
  std::string line = "{";
  for (int i = 0; i < 64; ++i) line += "\"" + std::to_string(i) + "\":1,";
  CHECK(object.read(line.substr(0, line.size() - 1) + "}"));
  CHECK_FALSE(object.read(line + "\"64\":1}"));
}

TEST_CASE("Of two fields with one key both readers take the last", "[json]") {
  constexpr auto line = R"({"a":"first","b":1,"a":"second","b":"text"})";
  FlatObject object;
  REQUIRE(object.read(line));
  const auto json = requeue::parse_object(line);
  REQUIRE(json);
  CHECK(*object.text("a") == requeue::text_of(*json, "a"));
  CHECK(*object.text("a") == "second");
  CHECK(object.text("b") != nullptr);
  CHECK(requeue::text_of(*json, "b") == "text");
}
