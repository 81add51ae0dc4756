#include "cli/man.h"

#include <algorithm>
#include <array>
#include <utility>

namespace requeue::cli {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> exits{{
    {"0", "done and balanced"},
    {"1", "failed"},
    {"2", "usage"},
    {"3", "finished, but a person is needed"},
    {"4", "verification failed"},
    {"5", "precondition not met; nothing was touched"},
    {"6", "locked by another run"},
    {"7", "stale plan"},
    {"8", "messages in doubt"},
    {"130", "interrupted; the same command goes on"},
}};

// Text that roff leaves as it is: a hyphen that can be copied, a backslash, and no request at the head of a line.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char each : text) {
    if (each == '\\') {
      out += "\\e";
    } else if (each == '-') {
      out += "\\-";
    } else {
      out += each;
    }
  }
  return out;
}

std::string title_of(std::string_view verb) {
  return verb.empty() ? "requeue" : "requeue-" + std::string(verb);
}

std::string head(const VerbWords& page, std::string_view version) {
  auto title = title_of(page.name);
  std::string upper = title;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  // The program's own purpose begins with its name.
  const auto colon = page.name.empty() ? page.purpose.find(": ") : std::string::npos;
  const auto purpose = colon == std::string::npos ? page.purpose : page.purpose.substr(colon + 2);
  std::string out = ".TH " + upper + " 1 \"\" \"requeue " + std::string(version) + "\" \"Mail queue recovery\"\n";
  out += ".SH NAME\n" + roff(title) + " \\- " + roff(purpose) + "\n";
  out += ".SH SYNOPSIS\n.B requeue" + (page.name.empty() ? " " : " " + page.name) + "\n";
  if (page.name.empty()) out += "\\fIVERB\\fR\n";
  out += "[\\fIOPTION\\fR]...\n";
  for (const auto& option : page.options) {
    if (option.positional)
      out += (option.required ? "\\fI" : "[\\fI") + option.names.front() + (option.required ? "\\fR\n" : "\\fR]\n");
  }
  return out;
}

std::string examples(const VerbWords& page) {
  std::string out = ".SH EXAMPLES\n.nf\n";
  for (const auto& example : page.examples) out += roff(example) + "\n";
  return out + ".fi\n";
}

std::string options(const VerbWords& page) {
  std::string out = ".SH OPTIONS\n";
  for (const auto& option : page.options) {
    out += ".TP\n";
    for (std::size_t i = 0; i < option.names.size(); ++i) {
      out += (i == 0 ? "" : ", ") + std::string(option.positional ? "\\fI" : "\\fB") + roff(option.names[i]) + "\\fR";
    }
    if (!option.positional && !option.shape.empty()) out += " \\fI" + roff(option.shape) + "\\fR";
    out += "\n" + roff(option.help) + ".\n";
    if (option.required) out += "It is needed.\n";
    if (!option.environment.empty())
      out += "Without it, the value of " + roff(option.environment) + " in the environment.\n";
  }
  return out;
}

std::string verbs(const std::vector<VerbWords>& all) {
  std::string out = ".SH VERBS\n";
  for (const auto& verb : all) {
    if (verb.name.empty()) continue;
    out += ".TP\n.BR " + roff(title_of(verb.name)) + " (1)\n" + roff(verb.purpose) + ".\n";
  }
  return out;
}

std::string tail(const std::vector<VerbWords>& all, std::string_view verb) {
  std::string out = ".SH EXIT STATUS\n";
  for (const auto& [status, meaning] : exits) {
    out += ".TP\n.B " + std::string(status) + "\n" + roff(meaning) + "\n";
  }
  out += "When several apply: 8, 4, 1, 3. Any other is a failure.\n.SH SEE ALSO\n";
  std::string names;
  for (const auto& each : all) {
    if (each.name == verb) continue;
    names += ".BR " + roff(title_of(each.name)) + " (1)" + (&each == &all.back() ? "\n" : ",\n");
  }
  return out + names + ".P\nThe manual, the procedure and the formats stand beside the program's README.\n";
}

}  // namespace

std::string man_page(const std::vector<VerbWords>& all, std::string_view verb, std::string_view version) {
  const auto page = std::ranges::find(all, verb, &VerbWords::name);
  if (page == all.end()) return {};
  return head(*page, version) + examples(*page) + (verb.empty() ? verbs(all) : std::string()) + options(*page) +
         tail(all, verb);
}

}  // namespace requeue::cli
