// Everything a command line can say, parsed and checked (src/cli fills it). One struct: a flag means the same
// everywhere.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/plan.h"
#include "replay/replay.h"
#include "snapshot/take.h"
#include "submission/submission.h"

namespace requeue::commands {

// An option as it was typed: "--limit", {"5"}. A flag has no value, a repeated option several.
struct Given {
  std::string name;
  std::vector<std::string> values;
};

// Their values are addresses: no journal holds them.
inline constexpr std::array<std::string_view, 7> personal_options{
    "--from", "--to", "--sender", "--recipient", "--domain", "--message", "--owed-domain"};

struct Options {
  std::string command;
  std::vector<Given> given;  // for the commands that are named as the next ones
  std::string command_line;  // values of options that take addresses replaced by "(personal)"

  bool json = false;
  bool quiet = false;
  std::string log;
  bool dry_run = false;

  std::string mailroot;
  std::string metabase, virtual_server;
  std::string recovery;
  std::string backup;
  std::string path;  // inspect
  std::string operator_name;
  std::string ticket;
  std::string reason;
  std::optional<std::string> confirm;  // the server's name

  // The service. `service` empty: the platform's default, not stated by the operator.
  std::string service;
  std::string service_name = "SMTPSVC", service_host;
  std::string stop_command, start_command, status_command;
  std::chrono::seconds timeout{120};

  unsigned jobs = 1;  // files that are read, written or removed at a time
  snapshot::Method method = snapshot::Method::copy;
  std::vector<std::string> keep;
  bool empty_mailbox = false;

  std::string from, to;  // probe

  std::vector<std::string> folders;  // --folder of restore; of plan and replay it goes into plan.folders
  bool held = false;
  std::string source;  // explain

  replay::PlanOptions plan;
  bool hop_limit_stated = false, dots_stated = false;  // else the service's settings decide
  std::string envelopes_file;
  std::vector<std::string> smtp_logs;  // files and folders
  std::vector<std::string> against;
  std::optional<std::string> no_against;  // why those of earlier runs are left out
  std::string plan_file;
  std::string out_file;
  std::string pickup;
  std::optional<std::string> no_probe;
  std::vector<std::pair<std::string, std::string>> resolve;  // sent or not-sent, source
  std::optional<submission::Server> smtp;                    // --smtp, with its TLS and credentials
  std::string smtp_auth_file;
  replay::Pace pace;

  std::vector<std::string> expect_heads;
  bool quick = false;
  std::string public_key, sign_key;    // files
  std::string note;                    // its text
  std::optional<std::string> abandon;  // the reason
  std::string csv_file, jsonl_file, html_file;
  bool redact = false;
  bool runbook = false;  // status
};

}  // namespace requeue::commands
