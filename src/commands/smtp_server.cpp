#include "commands/smtp_server.h"

#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

constexpr std::uint64_t longest_secret = 4096;
constexpr std::uint32_t for_others = 077;

// Others on this host may read it: told, as it may be a share that knows no such rights.
void warn_of_rights(Context& context, const std::string& file) {
  const auto path = context.files.resolve(file);
  if (!path) return;
  const auto folder = context.files.open(path->parent_path());
  if (!folder) return;
  const auto status = (*folder)->status(path->filename().string());
  if (!status || (status->mode & for_others) == 0) return;
  context.console.warn("others may read the password in " + printable(file) + ": chmod 600 keeps them out");
}

Result<void> read_credentials(Context& context, submission::Server& server) {
  const auto& file = context.options.smtp_auth_file;
  if (file.empty()) return {};
  REQUEUE_TRY(const auto text, context.files.read_named(file, longest_secret));
  warn_of_rights(context, file);
  const auto end = text.find('\n');
  const auto line = [](std::string_view part) {
    part = part.substr(0, part.find('\n'));
    while (part.ends_with('\r')) part.remove_suffix(1);
    return std::string(part);
  };
  server.user = line(text);
  server.password = end == std::string::npos ? std::string() : line(std::string_view(text).substr(end + 1));
  if (!server.user.empty() && !server.password.empty()) return {};
  return failure(Exit::usage, "cannot read the user and the password", file, "it needs two lines: user, password",
                 "Nothing was sent.");
}

}  // namespace

Result<std::unique_ptr<submission::Submitter>> connect_to_server(Context& context) {
  auto server = *context.options.smtp;
  REQUEUE_CHECK(read_credentials(context, server));
  return context.connect(server);
}

std::string smtp_options(const Context& context) {
  const auto& options = context.options;
  if (!options.smtp) return {};
  std::string out = " --smtp " + shell_quoted(submission::to_string(*options.smtp));
  const auto usual = submission::usual_tls(options.smtp->host);
  if (options.smtp->tls != usual) out += " --smtp-tls " + std::string(submission::to_string(options.smtp->tls));
  if (!options.smtp->ca_file.empty()) out += " --smtp-ca " + shell_quoted(options.smtp->ca_file);
  if (!options.smtp_auth_file.empty()) out += " --smtp-auth " + shell_quoted(options.smtp_auth_file);
  return out;
}

}  // namespace requeue::commands
