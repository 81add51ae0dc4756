// Addresses that stand as text in bytes of an unknown layout. A warning sign only, never a source of recipients: what
// such bytes say of an address cannot be known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"

namespace requeue::mail {

// Everything that reads as local@domain with a dotted domain, in ASCII and in UTF-16 (little-endian, at either
// alignment); lower case, none twice, at most 1000.
std::vector<std::string> addresses_in_bytes(std::string_view bytes);

// Whether the address stands in the block as text, in any field, ASCII case ignored, and not as the end or the
// beginning of a longer one; or its local part is an address there without a domain (the service adds its default
// domain to those).
bool stands_in_block(std::string_view address, const HeaderBlock& block);

}  // namespace requeue::mail
