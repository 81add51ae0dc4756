#include "replay/pace.h"

#include <algorithm>

#include "replay/look.h"

namespace requeue::replay {
namespace {

constexpr std::uint64_t most_in_group = 256;
constexpr std::uint64_t default_badmail_limit = 10;
constexpr std::chrono::milliseconds poll{1000};

}  // namespace

Pacer::Pacer(const Pace& pace, std::optional<Place> place, std::string id, Watcher& watcher, const Sleep& sleep)
    : pace_(pace), place_(std::move(place)), id_(std::move(id)), watcher_(watcher), sleep_(sleep) {
  if (!place_) return;
  badmail_ = neighbour(place_->looked_at(), mailroot::Role::badmail);
  if (!badmail_) return;
  badmail_limit_ = pace_.stop_on_badmail.value_or(default_badmail_limit);
  badmail_before_ = count_bad(place_->looked_at(), *badmail_);
}

std::size_t Pacer::next_group() const {
  std::uint64_t size = std::clamp<std::uint64_t>(pace_.batch, 1, most_in_group);
  // A whole group at once and then minutes of nothing is no rate: about a second's worth at a time.
  if (pace_.rate != 0) size = std::min(size, std::max<std::uint64_t>(1, pace_.rate / 60));
  if (pace_.limit) size = std::min(size, *pace_.limit - std::min(handed_, *pace_.limit));
  return static_cast<std::size_t>(size);
}

std::size_t Pacer::next_ahead(std::size_t most) const {
  if (pace_.rate != 0 || pace_.wait) return 0;
  if (!pace_.limit) return most;
  const auto left = *pace_.limit - std::min(handed_ + next_group(), *pace_.limit);
  return static_cast<std::size_t>(std::min<std::uint64_t>(left, most));
}

void Pacer::handed_over(std::uint64_t messages) {
  handed_ += messages;
  last_group_ = messages;
}

bool Pacer::pause() {
  if (pace_.rate != 0 && !sleep_for(std::chrono::milliseconds(60000 * last_group_ / pace_.rate))) return false;
  return !pace_.wait || !place_ || wait_for_drain();
}

bool Pacer::stopped_on_badmail() {
  if (!badmail_ || badmail_limit_ == 0) return false;
  const auto now = count_bad(place_->looked_at(), *badmail_);
  return now > badmail_before_ && now - badmail_before_ >= badmail_limit_;
}

// In short steps, so that Ctrl-C is heard.
bool Pacer::sleep_for(std::chrono::milliseconds time) {
  while (time.count() > 0) {
    if (watcher_.stop_requested()) return false;
    const auto now = std::min(time, poll);
    sleep_(now);
    time -= now;
  }
  return !watcher_.stop_requested();
}

bool Pacer::wait_for_drain() {
  bool told = false;
  while (count_ours(*place_, id_) != 0) {
    if (!told) watcher_.say("waiting for the service to take the messages from Pickup (--wait)");
    told = true;
    if (stopped_on_badmail() || !sleep_for(poll)) return false;
  }
  return true;
}

}  // namespace requeue::replay
