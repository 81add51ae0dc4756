// What the standard library does when nobody catches an exception. Its own function names the type in full, and for
// that carries 46 KB of code into each program. Linked as an object, so that the linker meets it before the library's.
#include <cstdio>
#include <cstdlib>

namespace __gnu_cxx {
[[noreturn]] void __verbose_terminate_handler();
void __verbose_terminate_handler() {
  std::fputs(
      "requeue: ended by an error that it did not expect\n"
      "  Nothing is lost: run `requeue status`, then the same command again.\n",
      stderr);
  std::abort();
}
}  // namespace __gnu_cxx
