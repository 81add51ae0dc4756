#include "support/share.h"

namespace requeue::tests {

unsigned every(unsigned /*step*/) {
  return 1;
}

}  // namespace requeue::tests
