#include "cli/program.h"
#include "cli/cli.h"
#include "core/digest.h"

namespace requeue::cli {

commands::Program this_program() {
  commands::Program program;
  program.version = REQUEUE_VERSION;
  program.build = REQUEUE_BUILD;
  const auto files = files::real_files();
  const files::Path path = program_path();
  if (auto tree = files->open(path.parent_path()); tree) {
    if (auto reader = (*tree)->open(path.filename().string()); reader) {
      Sha256 digest;
      std::string buffer(1U << 16U, '\0');
      for (auto got = (*reader)->read(buffer.data(), buffer.size()); got && *got != 0;
           got = (*reader)->read(buffer.data(), buffer.size())) {
        digest.update(std::string_view(buffer.data(), *got));
      }
      program.sha256 = digest.hex();
    }
  }
  return program;
}

}  // namespace requeue::cli
