#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/planning_options.h"

namespace requeue::cli {

using commands::Options;

void add_limit(CLI::App& app, Options& options, const std::string& help) {
  app.add_option_function<std::uint64_t>(
         "--limit", [&options](const std::uint64_t& n) { options.pace.limit = n; }, help)
      ->type_name("N");
}

void add_pace(CLI::App& app, Options& options) {
  auto& pace = options.pace;
  app.add_option("--batch", pace.batch, "Messages handed over together, at most 256")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--rate", pace.rate, "At most N messages a minute")->type_name("N")->check(CLI::PositiveNumber);
  app.add_flag("--wait", pace.wait, "Wait for Pickup to drain between batches");
  app.add_option_function<std::uint64_t>(
         "--stop-on-badmail", [&pace](const std::uint64_t& n) { pace.stop_on_badmail = n; },
         "Stop after N new .BAD files; default 10 where there is a Badmail, 0 off")
      ->type_name("N");
}

// A password is read from a file or the environment: a command line is everybody's to read.
void add_smtp(CLI::App& app, Options& options, const std::string& help) {
  struct Given {
    std::string server, tls, ca;
  };
  const auto given = std::make_shared<Given>();
  const auto take = [given, &options] {
    options.smtp = submission::server_of(given->server);
    if (!options.smtp) throw CLI::ValidationError("--smtp", "takes HOST:PORT or [ADDRESS]:PORT, not " + given->server);
    const auto tls = submission::tls_of(given->tls);
    options.smtp->tls = tls ? *tls : submission::usual_tls(options.smtp->host);
    options.smtp->ca_file = given->ca;
    const auto from_environment = [](const char* name) {
      const char* const value = std::getenv(name);
      return std::string(value != nullptr ? value : "");
    };
    options.smtp->user = from_environment("REQUEUE_SMTP_USER");
    options.smtp->password = from_environment("REQUEUE_SMTP_PASSWORD");
  };
  auto* const server = app.add_option("--smtp", given->server, help)->type_name("HOST:PORT");
  app.add_option(
         "--smtp-tls", given->tls,
         "STARTTLS: required (default), if-offered, or off (default for a loopback address); the certificate is "
         "always checked")
      ->check(CLI::IsMember({"required", "if-offered", "off"}))
      ->needs(server);
  app.add_option("--smtp-ca", given->ca, "The authorities to trust, PEM; default: the system's")
      ->type_name("FILE")
      ->needs(server);
  app.add_option("--smtp-auth", options.smtp_auth_file,
                 "User and password, a line each; or REQUEUE_SMTP_USER and REQUEUE_SMTP_PASSWORD in the environment")
      ->type_name("FILE")
      ->needs(server);
  app.callback([given, take] {
    if (!given->server.empty()) take();
  });
}

}  // namespace requeue::cli
