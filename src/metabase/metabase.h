// MetaBase.xml: where the folders of an SMTP virtual server are, and what of its settings a replay needs. Bytes in,
// values out; whoever reads the file and opens the folders stands above.
//
// Source of the names and numbers: Microsoft's metabase property pages (IIS 6.0 SDK). The settings stand at
// /LM/SmtpSvc/N (IIsSmtpServer) or are inherited from /LM/SmtpSvc (IIsSmtpService), as an attribute or as a <Custom>
// element with Name or ID. Paths are as the administrator wrote them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace requeue::metabase {

inline constexpr std::uint64_t most_bytes = 64ULL << 20U;  // a metabase of 1,000 sites has some 10 MB

struct Server {
  std::string number;                        // "1": of /LM/SmtpSvc/1
  std::string comment;                       // the name that the console shows; may be empty
  std::string queue, pickup, badmail, drop;  // empty: not set
  std::optional<std::uint32_t> hop_limit;    // HopCount
  std::optional<bool> strips_dots;           // SmtpDotStuffPickupDirFiles: whether Pickup takes a leading dot off
};

// In the order of their numbers; none is no error. UTF-8, with or without its mark, or UTF-16 of either order. The
// error is the reason, in words: a file that is cut short, that is no XML, or that names a server twice is not guessed
// at.
tl::expected<std::vector<Server>, std::string> parse(std::string_view bytes);

}  // namespace requeue::metabase
