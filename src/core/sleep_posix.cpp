#include <thread>

#include "core/sleep.h"

namespace requeue {

void sleep_for(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

}  // namespace requeue
