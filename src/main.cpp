// The program: everything is in the library, so that tests drive the same code.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "core/text.h"

int main(int count, char** arguments) {
  // Expected failures are values. What arrives here is a bug or a lack of memory; the journal is what the next run goes
  // by.
  try {
    return requeue::cli::run(requeue::cli::prepare(count, arguments));
  } catch (const std::exception& unexpected) {
    const auto why = requeue::printable(unexpected.what());
    std::fprintf(stderr, "requeue: ended by an error that it did not expect: %s\n", why.c_str());
  } catch (...) {
    std::fprintf(stderr, "requeue: ended by an error that it did not expect\n");
  }
  std::fprintf(stderr, "  Nothing is lost: run `requeue status`, then the same command again.\n");
  return 1;
}
