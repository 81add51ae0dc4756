// Which file this program was started from.
#pragma once

#include "files/files.h"

namespace requeue::cli {

files::Path program_path();  // empty where it cannot be told

}  // namespace requeue::cli
