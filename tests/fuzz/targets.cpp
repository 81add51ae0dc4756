#include "fuzz/targets.h"

#include <cstdio>
#include <cstdlib>

namespace requeue::fuzz {

const std::vector<Target>& targets() {
  static const std::vector<Target> all{{"header_block", header_block},
                                       {"addresses", addresses},
                                       {"dates", dates},
                                       {"compose", compose},
                                       {"journal", journal},
                                       {"manifest", manifest},
                                       {"files_jsonl", files_jsonl},
                                       {"envelopes", envelopes},
                                       {"plan", plan},
                                       {"facts", facts},
                                       {"log", log},
                                       {"metabase", metabase}};
  return all;
}

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

}  // namespace requeue::fuzz
