// Windows' own random numbers: libgcrypt would gather some from the whole system, which takes its time, and on Server
// 2003 it writes advice on disk statistics to stderr.
#include <windows.h>

#include <wincrypt.h>

#include <cstdlib>

#include "core/digest.h"
#include "core/text.h"

namespace requeue {

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  HCRYPTPROV provider = 0;
  if (CryptAcquireContextW(&provider, nullptr, nullptr, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT | CRYPT_SILENT) == 0 ||
      CryptGenRandom(provider, static_cast<DWORD>(bytes), reinterpret_cast<BYTE*>(raw.data())) == 0) {
    std::abort();  // every Windows that we run on has this provider
  }
  CryptReleaseContext(provider, 0);
  return to_hex(raw);
}

}  // namespace requeue
