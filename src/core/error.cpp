#include "core/error.h"

#include "core/text.h"

namespace requeue {
namespace {

// Larger is graver. The spec's order for a finished run is 8, 4, 1, 3, 0; the others end a run before it finishes.
int gravity(Exit exit) {
  switch (exit) {
    case Exit::done:
      return 0;
    case Exit::attention:
      return 1;
    case Exit::failed:
      return 2;
    case Exit::verification:
      return 3;
    case Exit::in_doubt:
      return 4;
    case Exit::stale_plan:
      return 5;
    case Exit::usage:
      return 6;
    case Exit::locked:
      return 7;
    case Exit::precondition:
      return 8;
    case Exit::interrupted:
      return 9;
  }
  return 2;
}

}  // namespace

Exit graver(Exit a, Exit b) {
  return gravity(a) >= gravity(b) ? a : b;
}

std::string to_text(const Error& error) {
  std::string text = error.what;
  if (!error.path.empty()) text += ": " + error.path;
  if (!error.why.empty()) text += ": " + error.why;
  std::string out = printable(text);
  if (!error.hint.empty()) out += "\n  " + printable(error.hint);
  return out;
}

std::string_view to_string(Exit exit) {
  switch (exit) {
    case Exit::done:
      return "done";
    case Exit::failed:
      return "failed";
    case Exit::usage:
      return "usage";
    case Exit::attention:
      return "attention";
    case Exit::verification:
      return "verification failed";
    case Exit::precondition:
      return "precondition not met";
    case Exit::locked:
      return "locked by another run";
    case Exit::stale_plan:
      return "stale plan";
    case Exit::in_doubt:
      return "in doubt";
    case Exit::interrupted:
      return "interrupted";
  }
  return "failed";
}

}  // namespace requeue
