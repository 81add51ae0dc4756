#include "metabase/metabase.h"

#include "core/text.h"
#include "fuzz/targets.h"

namespace requeue::fuzz {

void metabase(std::string_view bytes) {
  const auto servers = metabase::parse(bytes);
  if (!servers) {
    must(!servers.error().empty(), "a metabase is refused without a word");
    return;
  }
  for (const auto& server : *servers) {
    must(!server.number.empty() && server.number.find_first_not_of("0123456789") == std::string::npos,
         "a virtual server without a number");
    for (const auto& path : {server.queue, server.pickup, server.badmail, server.drop, server.comment}) {
      must(is_utf8(path), "a path that is no text");
    }
  }
}

}  // namespace requeue::fuzz
