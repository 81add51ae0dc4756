// How an option that is more than a number or a word is added. Only files that add options include it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/values.h"
#include "core/text.h"

namespace requeue::cli {

inline constexpr std::uint64_t any_number = UINT64_MAX;

inline void add_text(CLI::App& app, const std::string& name, const std::string& shape, const std::string& help,
                     const std::function<void(const std::string&)>& take) {
  app.add_option_function<std::string>(name, take, help)->type_name(shape);
}

// An option whose text a function turns into a value; the function's nullopt is a usage error.
template <class Value>
void add_value(CLI::App& app, const std::string& name, Value& into,
               const std::function<std::optional<Value>(const std::string&)>& read, const std::string& help,
               const std::string& shape) {
  app.add_option_function<std::string>(
         name,
         [&into, read, name, shape](const std::string& text) {
           const auto value = read(text);
           if (!value) throw CLI::ValidationError(name, "takes " + shape + ", not " + text);
           into = *value;
         },
         help)
      ->type_name(shape);
}

// A whole number in decimal digits. CLI11 reads one as C does: "-3" as an enormous one, "010" as 8.
inline void add_number(CLI::App& app, const std::string& name, const std::string& shape, std::uint64_t least,
                       std::uint64_t most, const std::function<void(std::uint64_t)>& set, const std::string& help) {
  add_text(app, name, shape, help, [=](const std::string& text) {
    const auto number = whole_number(text);
    if (!number || *number < least || *number > most) {
      const auto upper = most == any_number ? " or more" : " to " + std::to_string(most);
      throw CLI::ValidationError(name,
                                 "takes a whole number, " + std::to_string(least) + upper + ", not " + printable(text));
    }
    set(*number);
  });
}

// A reason that is put on record. CLI11 takes the next word for it, whatever it is.
inline void add_reason(CLI::App& app, const std::string& name, std::optional<std::string>& into,
                       const std::string& help) {
  add_text(app, name, "REASON", help, [&into, name](const std::string& text) {
    if (trim(text).empty() || text.starts_with("--")) throw CLI::ValidationError(name, "REASON is missing");
    into = text;
  });
}

}  // namespace requeue::cli
