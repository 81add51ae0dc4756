#include "core/unexpected.h"

#include <new>

namespace requeue {
namespace {

constexpr auto record_stands = "What is in the record stands: see `requeue status`, then run the same command again.";

}  // namespace

Error error_of(const std::exception_ptr& thrown) {
  Error error;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    error.what = "there is too little memory";
    error.why = "the system gave none when more was asked for";
    error.hint = "End other programs, or give --jobs 1, which needs less. ";
  } catch (const std::exception& bug) {
    error.what = "ended by an error that it did not expect";
    error.why = bug.what();
  } catch (...) {
    error.what = "ended by an error that it did not expect";
  }
  error.hint += record_stands;
  return error;
}

}  // namespace requeue
