#include <boost/filesystem/operations.hpp>

#include "cli/program.h"

namespace requeue::cli {

files::Path program_path() {
  boost::system::error_code error;
  return boost::filesystem::read_symlink("/proc/self/exe", error);
}

}  // namespace requeue::cli
