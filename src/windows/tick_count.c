/* GetTickCount64 for NT 5.2, which lacks it: mingw's threads import it, and a program with one import that the system
   does not know is not started at all. What stands where the import would stand is this; newer systems' own is used
   where there is one. Linked as an object into every program, so that the linker meets it before the import library. */
#include <windows.h>

typedef ULONGLONG(WINAPI* Count)(void);

/* The 32-bit count runs over after 49 days: each time that it is seen to fall, one round is added. */
static ULONGLONG WINAPI count_rounds(void) {
  static volatile LONG lock;
  static DWORD last;
  static ULONGLONG rounds;
  ULONGLONG result;
  DWORD now;
  while (InterlockedCompareExchange(&lock, 1, 0) != 0) Sleep(0);
  now = GetTickCount();
  if (now < last) rounds += (ULONGLONG)1 << 32;
  last = now;
  result = rounds | now;
  InterlockedExchange(&lock, 0);
  return result;
}

static ULONGLONG WINAPI count(void) {
  static Count volatile found;
  Count now = found;
  if (now == NULL) {
    now = (Count)(void*)GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetTickCount64");
    if (now == NULL) now = count_rounds;
    found = now;
  }
  return now();
}

#ifdef _WIN64
void* requeue_tick_count __asm__("__imp_GetTickCount64") = (void*)count;
#else
void* requeue_tick_count __asm__("__imp__GetTickCount64@0") = (void*)count;
#endif
