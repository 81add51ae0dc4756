// libcurl, loaded when mail is sent by SMTP and not before: it brings thirty libraries with it, and loading those took
// half of the time of every command.
#pragma once

#include <curl/curl.h>

#include "core/error.h"

namespace requeue::submission {

// Its functions by their own names, without `curl_`.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_send) easy_send = nullptr;
  decltype(&::curl_easy_recv) easy_recv = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
};

// Loaded and initialised at the first call, and kept to the end. Fails with Exit::precondition where it is not
// installed, or lacks one of these.
Result<const CurlLibrary*> curl_library();

}  // namespace requeue::submission
