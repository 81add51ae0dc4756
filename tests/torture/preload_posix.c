// Loaded into requeue by LD_PRELOAD: counts its file-system calls, and what it sends and receives, kills it at the n-th
// one (also half-way through a write), or makes that call fail. Counted in the process itself, whatever the thread:
// strace's inject counts for each thread and misses calls.
//
//   TORTURE_KILL_AT=N [TORTURE_HALF=1]      SIGKILL before call N; with HALF, after half of the bytes when it is a
//   write TORTURE_FAIL_AT=N TORTURE_ERRNO=E [TORTURE_FOREVER=1]   call N (and all that follow) fails; E=0: a short
//   write TORTURE_CALLS=all                       reading calls count too; else only those that change or flush
//   TORTURE_COUNT=FILE                      at the end, a letter for each call counted: w a write or send, . another
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at, fail_at;
static int half, forever, all_calls, fail_errno;
static char count_file[4096];
static char kinds[1 << 20];  // of each counted call: 'w' a write, '.' anything else

static long number(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : atol(text);
}

__attribute__((constructor)) static void begin(void) {
  kill_at = number("TORTURE_KILL_AT");
  fail_at = number("TORTURE_FAIL_AT");
  half = number("TORTURE_HALF") != 0;
  forever = number("TORTURE_FOREVER") != 0;
  fail_errno = (int)number("TORTURE_ERRNO");
  const char* which = getenv("TORTURE_CALLS");
  all_calls = which != NULL && strcmp(which, "all") == 0;
  const char* file = getenv("TORTURE_COUNT");
  if (file != NULL) snprintf(count_file, sizeof count_file, "%s", file);
  unsetenv("LD_PRELOAD");  // not for the shells that requeue starts
}

__attribute__((destructor)) static void end(void) {
  if (count_file[0] == 0) return;
  const long counted = atomic_load(&calls);
  const size_t length = counted < (long)sizeof kinds ? (size_t)counted : sizeof kinds;
  const int file = (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0 && syscall(SYS_write, file, kinds, length) < 0) abort();
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

enum verdict { go_on, fail };

static enum verdict count_kind(char kind) {
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (call <= (long)sizeof kinds) kinds[call - 1] = kind;
  if (call == kill_at && !half) die();
  if (fail_at != 0 && (call == fail_at || (forever && call > fail_at))) {
    errno = fail_errno;
    return fail;
  }
  return go_on;
}

static enum verdict count_call(void) {
  return count_kind('.');
}
static enum verdict look(void) {
  return all_calls ? count_call() : go_on;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
// A changing call that is not a write is cut in half by being killed before it; the next point comes after it.
#define STEP(verdict, failed)                                \
  do {                                                       \
    if ((verdict) == fail && fail_errno != 0) return failed; \
  } while (0)

static int changes(int flags) {
  return (flags & (O_CREAT | O_TRUNC)) != 0;
}

int openat(int folder, const char* path, int flags, ...) {
  REAL(openat);
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  STEP(changes(flags) ? count_call() : look(), -1);
  return real(folder, path, flags, mode);
}

int open(const char* path, int flags, ...) {
  REAL(open);
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  STEP(changes(flags) ? count_call() : look(), -1);
  return real(path, flags, mode);
}

long syscall(long which, ...) {
  REAL(syscall);
  va_list rest;
  va_start(rest, which);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(rest, long);
  va_end(rest);
  if (which == SYS_openat2) STEP(look(), -1);
  return real(which, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t write(int file, const void* bytes, size_t size) {
  REAL(write);
  struct stat what;
  if (fstat(file, &what) != 0 || !S_ISREG(what.st_mode) || file <= 2) return real(file, bytes, size);
  const enum verdict verdict = count_kind('w');
  if (half && atomic_load(&calls) == kill_at) {
    if (real(file, bytes, size / 2) < 0) abort();
    die();
  }
  if (verdict == fail && fail_errno == 0 && size > 1) return real(file, bytes, size / 2);
  STEP(verdict, -1);
  return real(file, bytes, size);
}

// The bytes that were sent are the other side's, whatever becomes of this process.
ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  REAL(send);
  const enum verdict verdict = count_kind('w');
  if (half && atomic_load(&calls) == kill_at) {
    if (real(socket, bytes, size / 2, flags) < 0) abort();
    die();
  }
  if (verdict == fail && fail_errno == 0 && size > 1) return real(socket, bytes, size / 2, flags);
  STEP(verdict, -1);
  return real(socket, bytes, size, flags);
}

#define CALL0(verdict, type, name, parameters, arguments) \
  type name parameters {                                  \
    REAL(name);                                           \
    STEP(verdict, (type)-1);                              \
    return real arguments;                                \
  }

CALL0(count_call(), int, mkdirat, (int folder, const char* path, mode_t mode), (folder, path, mode))
CALL0(count_call(), int, fsync, (int file), (file))
CALL0(count_call(), int, fdatasync, (int file), (file))
CALL0(count_call(), int, syncfs, (int file), (file))
CALL0(count_call(), int, ftruncate, (int file, off_t size), (file, size))
CALL0(count_call(), int, unlinkat, (int folder, const char* path, int flags), (folder, path, flags))
CALL0(count_call(), int, renameat, (int a, const char* from, int b, const char* to), (a, from, b, to))
CALL0(count_call(), int, renameat2, (int a, const char* from, int b, const char* to, unsigned int flags),
      (a, from, b, to, flags))
CALL0(count_call(), int, linkat, (int a, const char* from, int b, const char* to, int flags), (a, from, b, to, flags))
CALL0(count_call(), int, utimensat, (int folder, const char* path, const struct timespec times[2], int flags),
      (folder, path, times, flags))
CALL0(count_call(), int, fchmodat, (int folder, const char* path, mode_t mode, int flags), (folder, path, mode, flags))
CALL0(count_call(), int, fchmod, (int file, mode_t mode), (file, mode))
CALL0(count_call(), int, fchownat, (int folder, const char* path, uid_t owner, gid_t group, int flags),
      (folder, path, owner, group, flags))
CALL0(count_call(), int, fsetxattr, (int file, const char* name, const void* value, size_t size, int flags),
      (file, name, value, size, flags))
CALL0(count_call(), ssize_t, recv, (int socket, void* bytes, size_t size, int flags), (socket, bytes, size, flags))
CALL0(look(), ssize_t, read, (int file, void* bytes, size_t size), (file, bytes, size))
CALL0(look(), ssize_t, pread, (int file, void* bytes, size_t size, off_t at), (file, bytes, size, at))
CALL0(look(), int, fstatat, (int folder, const char* path, struct stat* into, int flags), (folder, path, into, flags))
CALL0(look(), int, statx, (int folder, const char* path, int flags, unsigned int mask, struct statx* into),
      (folder, path, flags, mask, into))
CALL0(look(), ssize_t, readlinkat, (int folder, const char* path, char* into, size_t size), (folder, path, into, size))
CALL0(look(), int, faccessat, (int folder, const char* path, int mode, int flags), (folder, path, mode, flags))
