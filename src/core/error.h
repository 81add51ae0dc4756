// What can go wrong, as a value. An Error is written for the person at the console: what was tried, on which path,
// why it failed, what to do next and what is safe. Assertions are for bugs only.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace requeue {

// The exit statuses of the program (documented in docs/exit-codes.md; they only ever grow).
enum class Exit : int {
  done = 0,
  failed = 1,
  usage = 2,
  attention = 3,     // finished, but a person is needed, or something is still pending
  verification = 4,  // bytes, chain or bag are not what the record says
  precondition = 5,  // refused before anything was touched
  locked = 6,
  stale_plan = 7,
  in_doubt = 8,
  interrupted = 130,
};

// The cause as far as code needs to act on it; `why` says the same in words.
enum class Cause {
  other,
  not_found,
  exists,
  denied,
  busy,  // open elsewhere without sharing, or locked
  no_space,
  write_protected,  // the whole volume can only be read (EROFS)
  too_many_open,    // files at once, by this process or the whole system
  io,               // the device failed (EIO)
  not_supported,
  is_link,  // a link stood where a file or folder was expected; it was not followed
  cross_volume,
  read_only,  // a dry run's file layer refused to write
  interrupted,
};

struct Error {
  Exit exit = Exit::failed;
  Cause cause = Cause::other;
  std::string what;  // "cannot copy a file into the snapshot"
  std::string path;  // the path concerned, bytes as on disk; may be empty
  std::string why;   // "no space left on device"
  std::string hint;  // what to do, and what is safe; may be empty
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// An Error in one call. `exit` first because it is the decision; the words follow.
inline tl::unexpected<Error> failure(Exit exit, std::string what, std::string path = {}, std::string why = {},
                                     std::string hint = {}) {
  return failure(Error{exit, Cause::other, std::move(what), std::move(path), std::move(why), std::move(hint)});
}

// When several statuses apply, the gravest is told: 8, 4, 1, 3, then the rest. 130, 2, 5, 6, 7 end a run at once
// and win over everything.
Exit graver(Exit a, Exit b);

// "what: path: why\n  hint" with every byte made safe for a terminal.
std::string to_text(const Error& error);

std::string_view to_string(Exit exit);

}  // namespace requeue

// Early return of an Error. REQUEUE_TRY declares the value; REQUEUE_CHECK is for Result<void>.
#define REQUEUE_CONCAT_(a, b) a##b
#define REQUEUE_CONCAT(a, b) REQUEUE_CONCAT_(a, b)
#define REQUEUE_TRY_(result, declaration, expression)              \
  auto result = (expression);                                      \
  if (!result) return requeue::failure(std::move(result.error())); \
  declaration = std::move(*result)
#define REQUEUE_TRY(declaration, expression) REQUEUE_TRY_(REQUEUE_CONCAT(result_, __LINE__), declaration, expression)
#define REQUEUE_CHECK_(result, expression) \
  if (auto result = (expression); !result) return requeue::failure(std::move(result.error()))
#define REQUEUE_CHECK(expression) REQUEUE_CHECK_(REQUEUE_CONCAT(checked_, __LINE__), expression)
