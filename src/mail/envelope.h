// The envelope, as far as the message itself knows it.
#pragma once

#include "mail/message.h"

namespace requeue::mail {

// Fills x_headers and headers, and the notes that belong to them.
void read_envelopes(const HeaderBlock& block, Facts& facts);

}  // namespace requeue::mail
