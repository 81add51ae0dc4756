// Whether what stands in the Mailroot under a name is still the file that was copied.
#pragma once

#include "files/files.h"
#include "snapshot/bag.h"

namespace requeue::snapshot {

enum class Standing {
  same,   // the file that was copied, or one with equal bytes and streams, read just now
  other,  // another file, a folder or a link: a newcomer
  absent,
};

// By identity, size and times where they tell; else by reading. An error: it could not be told.
Result<Standing> standing_of(files::Tree& mailroot, const Entry& entry);

// Whether the file under this name has the streams that were copied, no more and no fewer: names and bytes.
Result<bool> equal_streams(files::Tree& tree, const Entry& entry);

}  // namespace requeue::snapshot
