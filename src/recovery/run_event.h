// The `run` event, with which each run that writes opens.
#pragma once

#include <cstdint>
#include <string>

#include "core/json.h"
#include "recovery/recovery.h"

namespace requeue::recovery {

// `id`: of the recovery folder. `boot`: empty where it cannot be told. `details_bytes`: of whole lines that this run
// found in messages.jsonl, flushed before; 0: not said.
Json run_fields(const RunFacts& facts, const std::string& id, const std::string& boot, std::uint64_t details_bytes);

}  // namespace requeue::recovery
