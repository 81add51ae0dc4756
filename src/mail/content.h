// The canonical content of a message: what two files must share to be copies of one message. It is everything but trace
// fields (Received, Return-Path, X-OriginalArrivalTime, x-sender, x-receiver) and the kind of line ends.
// docs/formats.md gives it byte for byte.
#pragma once

#include <string>

#include "core/bytes.h"
#include "core/digest.h"
#include "mail/message.h"

namespace requeue::mail {

// Digest of the canonical header block alone: cheap, from the block already read. Different: no copies.
Sha256Bytes canonical_header_digest(const HeaderBlock& block);

// Digest of the whole canonical content; `rest` and `body` are what follows the block.
Result<Sha256Bytes> canonical_content_digest(const HeaderBlock& block, std::string_view rest, ByteReader& body);

}  // namespace requeue::mail
