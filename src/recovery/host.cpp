#include "recovery/host.h"

#include <cstdlib>

namespace requeue::recovery {
namespace {

std::string two_digits(long number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string to_utc_offset(long minutes) {
  const long size = std::labs(minutes) % (24 * 60);
  return (minutes < 0 ? "-" : "+") + two_digits(size / 60) + ":" + two_digits(size % 60);
}

}  // namespace requeue::recovery
