# Included by windows-x86.cmake and windows-x64.cmake, which set REQUEUE_WINDOWS_ARCH and REQUEUE_WINDOWS_MACHINE.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_VERSION 5.2)
set(CMAKE_SYSTEM_PROCESSOR ${REQUEUE_WINDOWS_MACHINE})
# The variant is named: the plain compiler is the one without std::thread.
set(CMAKE_C_COMPILER ${REQUEUE_WINDOWS_MACHINE}-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER ${REQUEUE_WINDOWS_MACHINE}-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER ${REQUEUE_WINDOWS_MACHINE}-w64-mingw32-windres)

# Where scripts/install-windows-deps puts what it builds.
if(DEFINED ENV{REQUEUE_WINDOWS_DEPS})
  set(REQUEUE_WINDOWS_DEPS $ENV{REQUEUE_WINDOWS_DEPS})
else()
  get_filename_component(REQUEUE_WINDOWS_DEPS ${CMAKE_CURRENT_LIST_DIR}/../build/windows-deps ABSOLUTE)
endif()
set(CMAKE_FIND_ROOT_PATH ${REQUEUE_WINDOWS_DEPS}/${REQUEUE_WINDOWS_ARCH} /usr/${REQUEUE_WINDOWS_MACHINE}-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# One set for every translation unit, Boost and mimetic included: the width of time_t is part of their ABI.
set(flags "-D_WIN32_WINNT=0x0502 -DWINVER=0x0502 -DNTDDI_VERSION=0x05020000 -DBOOST_USE_WINAPI_VERSION=0x0502")
string(APPEND flags " -D_FILE_OFFSET_BITS=64 -D__MINGW_USE_VC2005_COMPAT -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT "${flags}")
set(CMAKE_CXX_FLAGS_INIT "${flags}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -static-libgcc -static-libstdc++ -s -Wl,--gc-sections \
-Wl,--major-os-version=5 -Wl,--minor-os-version=2 -Wl,--major-subsystem-version=5 -Wl,--minor-subsystem-version=2")
if(REQUEUE_WINDOWS_ARCH STREQUAL "x86")  # it goes without saying for the other
  string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--large-address-aware")
  # 75 KB of addresses that only a program needs that is loaded elsewhere each time, and the 32-bit one is near its limit of
  # size. Server 2003 loads every program where it asks to be; later systems do that with this one, and have the other.
  string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--disable-dynamicbase -Wl,--disable-reloc-section")
endif()

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../tests/windows/wine ${REQUEUE_WINDOWS_ARCH})
