#include "support/share.h"

namespace requeue::tests {

unsigned every(unsigned step) {
  return step;
}

}  // namespace requeue::tests
