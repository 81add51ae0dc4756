#include "fuzz/targets.h"
#include "replay/message_facts.h"

namespace requeue::fuzz {

// A record that is accepted says one thing only: written again it is the same bytes.
void facts(std::string_view bytes) {
  const auto known = replay::from_record(bytes);
  if (known) must(replay::to_record(*known) == bytes, "a record of facts is accepted that is none of ours");
}

}  // namespace requeue::fuzz
