#include "report/read_only_recovery.h"

namespace requeue::report {
namespace {

// Never a write, not even by mistake: an audit that changed what it checks would be worth nothing.
tl::unexpected<Error> refused() {
  return failure({Exit::failed, Cause::read_only, "cannot write to a recovery folder that is only being read", "", "",
                  "nothing was changed; please report this"});
}

}  // namespace

Result<void> ReadOnlyRecovery::record(std::string_view /*event*/, const Json& /*fields*/) {
  return refused();
}
Result<void> ReadOnlyRecovery::flush() {
  return refused();
}
Result<std::string> ReadOnlyRecovery::record_details(const Json& /*fields*/) {
  return refused();
}
Result<std::string> ReadOnlyRecovery::record_rendered_details(std::string_view /*fields*/) {
  return refused();
}
Result<void> ReadOnlyRecovery::flush_details() {
  return refused();
}
Result<void> ReadOnlyRecovery::end(Exit /*exit*/, const Json& /*counts*/) {
  return refused();
}

}  // namespace requeue::report
