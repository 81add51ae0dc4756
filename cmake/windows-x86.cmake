# Windows Server 2003 and later, x86, from Linux.
set(REQUEUE_WINDOWS_ARCH x86)
set(REQUEUE_WINDOWS_MACHINE i686)
include(${CMAKE_CURRENT_LIST_DIR}/windows-toolchain.cmake)
