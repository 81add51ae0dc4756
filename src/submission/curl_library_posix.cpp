#include "submission/curl_library_posix.h"

#include <dlfcn.h>

namespace requeue::submission {
namespace {

template <typename Function>
bool find(void* library, const char* name, Function& into) {
  into = reinterpret_cast<Function>(::dlsym(library, name));
  return into != nullptr;
}

tl::unexpected<Error> cannot_use(std::string why) {
  return failure(Exit::precondition, "cannot use libcurl, which sends mail by SMTP", REQUEUE_CURL_LIBRARY,
                 std::move(why), "Nothing was sent. Install the package that holds it, or replay into Pickup.");
}

Result<CurlLibrary> load() {
  void* const library = ::dlopen(REQUEUE_CURL_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  const auto last_words = [] {
    const char* const words = ::dlerror();
    return std::string(words != nullptr ? words : "the system does not say why");
  };
  if (library == nullptr) return cannot_use(last_words());
  CurlLibrary found;
  const bool all =
      find(library, "curl_global_init", found.global_init) && find(library, "curl_easy_init", found.easy_init) &&
      find(library, "curl_easy_cleanup", found.easy_cleanup) && find(library, "curl_easy_setopt", found.easy_setopt) &&
      find(library, "curl_easy_perform", found.easy_perform) &&
      find(library, "curl_easy_getinfo", found.easy_getinfo) && find(library, "curl_easy_send", found.easy_send) &&
      find(library, "curl_easy_recv", found.easy_recv) && find(library, "curl_easy_strerror", found.easy_strerror);
  if (!all) return cannot_use(last_words());
  if (found.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return cannot_use("it cannot be initialised");
  return found;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const auto library = load();
  if (!library) return failure(library.error());
  return &*library;
}

}  // namespace requeue::submission
