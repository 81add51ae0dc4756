// Which entries of the snapshot are messages by name and folder (spec, "Which files"). The audit recounts with this,
// not with the plan: a plan that lost a message must not be able to vouch for itself.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "snapshot/bag.h"

namespace requeue::report {

enum class Selected {
  no,
  yes,
  if_header,  // an unknown name in Queue: a message only if it begins with a header block
};

// `replayed_folders`: top folders in lower case, besides Queue and Pickup.
Selected select(std::string_view source, const std::set<std::string>& replayed_folders);

// The same for an entry, with the look into the file where the name alone cannot tell. A file that cannot be read is
// no message here; that it cannot be read is the bag's finding.
bool is_message(files::Tree& recovery, const snapshot::Entry& entry, const std::set<std::string>& replayed_folders);

// Below the recovery folder.
files::Relative stored_path(std::string_view stored);

}  // namespace requeue::report
