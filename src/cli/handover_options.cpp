#include <algorithm>
#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/option_value.h"
#include "cli/planning_options.h"

namespace requeue::cli {

using commands::Options;

namespace {

constexpr std::uint64_t largest_batch = 256;  // what stands between intent and commit at most
constexpr std::uint64_t fastest_rate = 1000000;

}  // namespace

void add_limit(CLI::App& app, Options& options, const std::string& help) {
  add_number(
      app, "--limit", "N", 0, any_number, [&options](std::uint64_t n) { options.pace.limit = n; }, help);
}

void add_pace(CLI::App& app, Options& options) {
  auto& pace = options.pace;
  add_number(
      app, "--batch", "N", 1, any_number, [&pace](std::uint64_t n) { pace.batch = std::min(n, largest_batch); },
      "Messages handed over together, at most 256");
  add_number(
      app, "--rate", "N", 1, fastest_rate, [&pace](std::uint64_t n) { pace.rate = n; }, "At most N messages a minute");
  app.add_flag("--wait", pace.wait, "Wait for Pickup to drain between batches");
  add_number(
      app, "--stop-on-badmail", "N", 0, any_number, [&pace](std::uint64_t n) { pace.stop_on_badmail = n; },
      "Stop after N new .BAD files; default 10 where there is a Badmail, 0 off");
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
