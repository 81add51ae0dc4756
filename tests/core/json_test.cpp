#include <catch2/catch.hpp>

#include "core/json.h"

using namespace requeue;

TEST_CASE("keys keep the order in which they were set") {
  Json json;
  json["seq"] = 1;
  json["event"] = "run";
  json["added"] = true;
  json["prev"] = "00";
  CHECK(to_line(json) == R"({"seq":1,"event":"run","added":true,"prev":"00"})");
}

TEST_CASE("a line is valid whatever its strings hold") {
  Json json;
  json["name"] = "a\xff\nb";
  CHECK(to_line(json) == "{\"name\":\"a\xef\xbf\xbd\\nb\"}");
}

TEST_CASE("only objects are read") {
  CHECK(parse_object("{}"));
  for (const char* text : {"", "[]", "1", "null", "{", "{\"a\":}", "{} x", "{\"a\":1", "\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_object(text));
  }
}

TEST_CASE("nesting that could exhaust the stack is refused") {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  CHECK(parse_object(nested(64)));
  CHECK_FALSE(parse_object(nested(65)));
  CHECK_FALSE(parse_object("{\"a\":" + std::string(1000000, '[')));
  // Brackets within a string nest nothing.
  CHECK(parse_object("{\"a\":\"\\\"" + std::string(1000, '[') + "\"}"));
}

TEST_CASE("a field of another type reads as absent") {
  const auto json = *parse_object(R"({"text":"x","number":7,"flag":true,"fraction":1.5,"none":null})");
  CHECK(text_of(json, "text") == "x");
  CHECK(text_of(json, "number", "-") == "-");
  CHECK(text_of(json, "absent", "-") == "-");
  CHECK(integer_of(json, "number") == 7);
  CHECK(integer_of(json, "fraction", -1) == -1);
  CHECK(integer_of(json, "text", -1) == -1);
  CHECK(flag_of(json, "flag"));
  CHECK_FALSE(flag_of(json, "number"));
  CHECK(flag_of(json, "none", true));
}
