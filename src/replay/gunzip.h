// gzip, unpacked as it is read: one buffer at a time, whatever a small file says it becomes.
#pragma once

#include <memory>

#include "core/bytes.h"

namespace requeue::replay {

// Several members one behind the other are one stream, as gunzip has it; what follows the last is passed over when it
// is no member. `packed` must outlive the reader. Exit::usage when the bytes are no gzip, or end too early.
std::unique_ptr<ByteReader> gunzip(ByteReader& packed);

}  // namespace requeue::replay
