// The verbs: what each is for, its examples, and the options that it takes.
#pragma once

#include <string_view>
#include <vector>

#include "commands/context.h"

namespace requeue::cli {

struct Verb {
  std::string_view name;
  std::string_view purpose;   // one line
  std::string_view examples;  // shown before the options
  commands::Command command;
  // Groups of options.
  bool mailroot = false, settings = false;  // settings: --metabase and --virtual-server
  bool recovery = false, recovery_required = false;
  bool service = false;
  bool dry_run = false;
};

const std::vector<Verb>& verbs();

}  // namespace requeue::cli
