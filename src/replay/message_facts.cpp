#include "replay/message_facts.h"

#include <algorithm>

#include "mail/address_search.h"

namespace requeue::replay {

MessageFacts message_facts_of(const mail::HeaderBlock& block) {
  MessageFacts known;
  known.is_header = block.is_header;
  known.facts = mail::facts_of(block);
  const auto digest = mail::canonical_header_digest(block);
  std::copy_n(digest.begin(), known.header.size(), known.header.begin());
  return known;
}

Result<void> find_unknown_addresses(ByteReader& stream, const mail::HeaderBlock& block,
                                    std::vector<std::string>& unknown) {
  constexpr std::size_t most_bytes = std::size_t{16} << 20U;
  constexpr std::size_t piece = std::size_t{64} << 10U;
  std::string bytes;
  while (bytes.size() < most_bytes) {
    const auto have = bytes.size();
    bytes.resize(std::min(have + piece, most_bytes));
    REQUEUE_TRY(const auto count, stream.read(bytes.data() + have, bytes.size() - have));
    bytes.resize(have + count);
    if (count == 0) break;
  }
  for (auto& address : mail::addresses_in_bytes(bytes)) {
    const bool told = std::ranges::find(unknown, address) != unknown.end();
    if (!told && !mail::stands_in_block(address, block)) unknown.push_back(std::move(address));
  }
  return {};
}

}  // namespace requeue::replay
