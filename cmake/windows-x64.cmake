# Windows Server 2003 and later, x64, from Linux.
set(REQUEUE_WINDOWS_ARCH x64)
set(REQUEUE_WINDOWS_MACHINE x86_64)
include(${CMAKE_CURRENT_LIST_DIR}/windows-toolchain.cmake)
