#include "replay/restored.h"

#include "replay/handoff_steps.h"
#include "replay/plan_selection.h"

namespace requeue::replay {

PutBack::PutBack(const Plan& plan, const Ledger& ledger) {
  for (const auto& message : plan.messages) {
    const auto* const standing = ledger.find(message.source);
    // What no replay decided on has no line yet, and is told by the first one.
    if (standing == nullptr || standing->details == Sha256Bytes{}) continue;
    if (message.final_now || is_settled(standing->disposition)) continue;
    const auto& rule = ledger.rule_text(standing->rule);
    if (rule == "restored" || rule == "left_in_place") continue;
    undelivered_.push_back({message.source, message.sha256, standing->details});
  }
}

Result<void> PutBack::record(recovery::Recovery& recovery) const {
  const auto& state = recovery.state();
  if (state.sealed_at != 0) return {};  // what was decided is summed up, and stays so
  for (const auto& one : undelivered_) {
    if (!names(state.restored, files::Relative(one.source.view()))) continue;
    REQUEUE_CHECK(record_message(recovery, {std::string(one.source.view()),
                                            to_hex(one.sha256),
                                            Disposition::skipped,
                                            "restored",
                                            {},
                                            {},
                                            {},
                                            to_hex(one.details)}));
  }
  return {};
}

}  // namespace requeue::replay
