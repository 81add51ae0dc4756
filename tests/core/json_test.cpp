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

TEST_CASE("a line that is shown in a terminal is text, and the same value") {
  const std::string hostile = "\x1b[2J\x7f\xc2\x9b\xe2\x80\xaegpj.exe\xf3\xa0\x81\x81 é";
  const auto line = to_line({{"a", hostile}});
  CHECK(line == R"({"a":"\u001b[2J\u007f\u009b\u202egpj.exe\udb40\udc41 é"})");
  CHECK(text_of(parse_object(line).value(), "a") == hostile);
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
