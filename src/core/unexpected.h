// What nobody expected (too little memory, or a bug), as an Error like any other: so that the run ends with its last
// line in the record, its words for the person, and the service as it was found.
#pragma once

#include <exception>

#include "core/error.h"

namespace requeue {

// Exit::failed. Says which of the two it was, and that the record is what the next run goes by.
Error error_of(const std::exception_ptr& thrown);

// `work` returns a Result; what it throws becomes that Result's Error.
template <class Work>
auto without_exceptions(const Work& work) -> decltype(work()) {
  std::exception_ptr thrown;  // told once what `work` held is given back: the words need memory, too
  try {
    return work();
  } catch (...) {
    thrown = std::current_exception();
  }
  return failure(error_of(thrown));
}

}  // namespace requeue
