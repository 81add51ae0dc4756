// The header fields that the service adds to what it takes from Pickup.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace standin {

struct Stamp {
  std::string host;
  std::int64_t milliseconds = 0;  // since 1970, UTC
  std::uint64_t counter = 0;      // for the Message-ID of a message that has none
};

// `content` with Received on top, and Message-ID (when missing) and X-OriginalArrivalTime at the end of the block.
std::string stamped(std::string_view content, const Stamp& stamp);

}  // namespace standin
