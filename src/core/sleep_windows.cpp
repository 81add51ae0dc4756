#include <windows.h>

#include <algorithm>

#include "core/sleep.h"

namespace requeue {

void sleep_for(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds most(0x7FFFFFFF);  // more would be for ever
  Sleep(static_cast<DWORD>(std::clamp(time, std::chrono::milliseconds(0), most).count()));
}

}  // namespace requeue
