// Files that the operator names. Only *_posix.cpp files include it.
#pragma once

#include "files/posix.h"

namespace requeue::files::posix {

Result<std::string> read_named_file(const Path& path, std::uint64_t limit);
Result<std::unique_ptr<Writer>> write_named_file(const Path& path);  // `path` resolved before

}  // namespace requeue::files::posix
