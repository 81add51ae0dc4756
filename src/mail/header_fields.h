// The seam to mimetic: nothing else of this program includes it.
#pragma once

#include <string>
#include <vector>

#include "mail/message.h"

namespace requeue::mail {

// The fields of a sanitised header block (LF line ends, only `name:` and continuation lines, no NUL, bounded, ended by
// a blank line), in order, values trimmed and unfolded. Empty when mimetic throws.
std::vector<Field> parse_fields(const std::string& sanitised);

}  // namespace requeue::mail
