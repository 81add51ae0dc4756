#include "seal/seal.h"

namespace requeue::seal {

std::string trusted_comment(std::int64_t seconds) {
  return "timestamp:" + std::to_string(seconds) + "\tfile:" + std::string(file_name) + "\thashed";
}

}  // namespace requeue::seal
