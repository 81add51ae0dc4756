#include "cli/completion.h"

#include <algorithm>
#include <map>

namespace requeue::cli {
namespace {

enum class Value { none, text, file, folder, choice };

struct CompletedOption {
  std::string name;  // "--mailroot"; of a positional: its word
  Value value = Value::none;
  std::vector<std::string> choices;
};

struct CompletedVerb {
  std::string name;
  std::vector<CompletedOption> options;
  std::vector<CompletedOption> positionals;
};

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == between)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

// "hold|replay" is a choice; "SOURCE|RULE" names two kinds of things, and so does "sent|not-sent SOURCE".
bool is_choice(const std::string& shape) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return shape.find('|') != std::string::npos && shape.find(' ') == std::string::npos &&
         std::ranges::any_of(shape, is_small);
}

CompletedOption completed(const OptionWords& words) {
  CompletedOption out;
  const auto is_long = [](const std::string& name) { return name.starts_with("--"); };
  const auto found = std::ranges::find_if(words.names, is_long);
  out.name = found == words.names.end() ? words.names.front() : *found;
  if (words.shape.empty()) return out;
  out.value = Value::text;
  if (is_choice(words.shape)) {
    out.value = Value::choice;
    out.choices = split(words.shape, '|');
  }
  if (words.shape == "DIR" || words.shape == "RECOVERY") out.value = Value::folder;
  if (words.shape.starts_with("FILE") || out.name == "PATH") out.value = Value::file;
  return out;
}

std::vector<CompletedVerb> completed(const std::vector<VerbWords>& verbs) {
  std::vector<CompletedVerb> all;
  for (const auto& words : verbs) {
    if (words.name.empty()) continue;  // the program itself
    auto& verb = all.emplace_back();
    verb.name = words.name;
    for (const auto& option : words.options) {
      (option.positional ? verb.positionals : verb.options).push_back(completed(option));
    }
  }
  return all;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

std::vector<std::string> names_of(const std::vector<CompletedOption>& options) {
  std::vector<std::string> names;
  for (const auto& option : options) names.push_back(option.name);
  return names;
}

// Each option that takes a value, once.
std::map<std::string, CompletedOption> with_values(const std::vector<CompletedVerb>& verbs) {
  std::map<std::string, CompletedOption> all;
  for (const auto& verb : verbs) {
    for (const auto& option : verb.options) {
      if (option.value != Value::none) all.emplace(option.name, option);
    }
  }
  return all;
}

std::string bash(const std::vector<CompletedVerb>& verbs) {
  std::vector<std::string> names, files, folders, texts;
  std::string choices, cases;
  for (const auto& [name, option] : with_values(verbs)) {
    if (option.value == Value::file) files.push_back(name);
    if (option.value == Value::folder) folders.push_back(name);
    if (option.value == Value::text) texts.push_back(name);
    if (option.value == Value::choice) choices += "    " + name + ") words='" + joined(option.choices, " ") + "' ;;\n";
  }
  for (const auto& verb : verbs) {
    names.push_back(verb.name);
    cases += "        " + verb.name + ") words='" + joined(names_of(verb.options), " ") + "'";
    for (const auto& positional : verb.positionals) {
      if (positional.value == Value::file) cases += " paths=-f";
      if (positional.value == Value::choice) cases += " values='" + joined(positional.choices, " ") + "'";
    }
    cases += " ;;\n";
  }
  return "# Completion of requeue for bash: source it, or put it into /etc/bash_completion.d/requeue\n"
         "_requeue() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words= paths= values=\n"
         "  COMPREPLY=()\n"
         "  case $before in\n"
         "    " +
         joined(folders, "|") +
         ") paths=-d ;;\n"
         "    " +
         joined(files, "|") +
         ") paths=-f ;;\n"
         "    " +
         joined(texts, "|") + ") return ;;\n" + choices +
         "    *)\n"
         "      [ \"$COMP_CWORD\" -eq 1 ] && words='" +
         joined(names, " ") +
         "'\n"
         "      [ \"$COMP_CWORD\" -gt 1 ] && case ${COMP_WORDS[1]} in\n" +
         cases +
         "      esac\n"
         "      [[ $word != -* ]] && [ -n \"$paths$values\" ] && words=$values\n"
         "      [[ $word == -* ]] && paths=\n"
         "      ;;\n"
         "  esac\n"
         "  if [ -n \"$paths\" ]; then\n"
         "    compopt -o filenames 2>/dev/null\n"
         "    mapfile -t COMPREPLY < <(compgen $paths -- \"$word\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "  fi\n"
         "}\n"
         "complete -F _requeue requeue requeue.exe\n";
}

// Where nothing is offered, PowerShell offers files and folders by itself.
std::string powershell(const std::vector<CompletedVerb>& verbs) {
  std::string table, values;
  for (const auto& verb : verbs) {
    auto words = names_of(verb.options);
    for (const auto& positional : verb.positionals) {
      words.insert(words.end(), positional.choices.begin(), positional.choices.end());
    }
    table += "    '" + verb.name + "' = '" + joined(words, " ") + "'\n";
  }
  for (const auto& [name, option] : with_values(verbs)) {
    values += "    '" + name + "' = '" + joined(option.choices, " ") + "'\n";
  }
  return "# Completion of requeue for PowerShell 5.1 and later: put it into $PROFILE\n"
         "Register-ArgumentCompleter -Native -CommandName requeue, requeue.exe -ScriptBlock {\n"
         "  param($word, $ast, $cursor)\n"
         "  $verbs = @{\n" +
         table +
         "  }\n"
         "  $values = @{\n" +
         values +
         "  }\n"
         "  $typed = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | "
         "ForEach-Object { $_.ToString() })\n"
         "  $last = $typed[-1]\n"
         "  if ($typed.Count -le 1) { $offer = @($verbs.Keys | Sort-Object) }\n"
         "  elseif ($values.ContainsKey($last)) { $offer = @($values[$last] -split ' ') }\n"
         "  else { $offer = @($verbs[$typed[1]] -split ' ') }\n"
         "  $offer | Where-Object { $_ -and $_ -like \"$word*\" } | ForEach-Object {\n"
         "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)\n"
         "  }\n"
         "}\n";
}

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<VerbWords>& verbs) {
  return shell == "bash" ? bash(completed(verbs)) : powershell(completed(verbs));
}

}  // namespace requeue::cli
