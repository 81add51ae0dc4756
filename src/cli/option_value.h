// How an option that is more than a number or a word is added. Only files that add options include it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace requeue::cli {

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

}  // namespace requeue::cli
