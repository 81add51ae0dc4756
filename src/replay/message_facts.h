// What a plan asks of a message's bytes. All of it follows from them and from nothing else, so that it may be learnt
// once, while the snapshot is taken, and kept beside it (facts_cache.h).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/digest.h"
#include "mail/content.h"
#include "mail/message.h"

namespace requeue::replay {

struct MessageFacts {
  mail::Facts facts;
  bool is_header = false;                    // it begins with a field
  std::array<unsigned char, 16> header{};    // of the digest of the canonical header block
  std::optional<Sha256Bytes> content;        // of the canonical content; none where the body was not read
  std::vector<std::string> only_in_streams;  // addresses in its alternate streams that its header block lacks
};

MessageFacts message_facts_of(const mail::HeaderBlock& block);

// Addresses in a stream of a message that stand nowhere in its header block, added to `unknown`, none twice: there the
// true envelope lives. At most 16 MiB of the stream are looked through.
Result<void> find_unknown_addresses(ByteReader& stream, const mail::HeaderBlock& block,
                                    std::vector<std::string>& unknown);

// Bytes for the cache and back; no byte order or padding of the machine is in them. nullopt: not what to_record()
// gives.
std::string to_record(const MessageFacts& known);
std::optional<MessageFacts> from_record(std::string_view record);

}  // namespace requeue::replay
