// Which files of the snapshot are messages that a replay decides on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "replay/plan.h"
#include "snapshot/bag.h"

namespace requeue::replay {

enum class Selection {
  message,
  unknown_name,  // in Queue: a message if it begins with a header block
  other,         // not_mail
};

class Selector {
 public:
  Selector(const recovery::State& state, const std::vector<std::string>& folders);

  [[nodiscard]] Selection select(const files::Relative& source) const;
  // The top folder of a file that was emptied and belongs to a folder that is not replayed; empty: it is none.
  [[nodiscard]] std::string not_replayed_folder(const files::Relative& source) const;

 private:
  [[nodiscard]] bool replays(std::string_view top_folder) const;

  const recovery::State& state_;
  bool drop_ = false, badmail_ = false;
};

// Whether the file still stands in the Mailroot as far as the journal says: kept with its folder, or left there alone.
bool stays_in_mailroot(const recovery::State& state, const files::Relative& source);
// Sources in the state are kept as the journal has them.
bool names(const std::set<std::string>& sources, const files::Relative& source);

}  // namespace requeue::replay
