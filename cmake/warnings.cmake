# One set of warnings for every target of ours; a warning is an error.
option(REQUEUE_SANITIZE "Build with address and undefined-behaviour sanitizers" OFF)

add_library(requeue_warnings INTERFACE)
target_compile_options(requeue_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wnull-dereference)

# GCC 12 sees these where there is nothing, inside its own library, once it optimises (its bugs 105329, 105562, 105651).
# The debug and sanitizer builds keep what they can tell without optimising.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  target_compile_options(requeue_warnings INTERFACE
    $<$<CONFIG:Release>:-Wno-array-bounds -Wno-restrict -Wno-null-dereference -Wno-maybe-uninitialized
                        -Wno-stringop-overflow -Wno-stringop-overread>)
endif()

# Assertions guard other people's mail: they stay on in a release build.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

# On a server it is copied by hand, and the disk is what takes the time.
if(WIN32)
  string(REPLACE "-O2" "-Os" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
endif()

if(REQUEUE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=address,undefined)
endif()

# For libFuzzer (clang): the sanitizers, and the library's own counters in every file.
option(REQUEUE_FUZZ "Build the fuzz targets" OFF)
if(REQUEUE_FUZZ)
  # Another compiler with other opinions; the presets that ship are held to the warnings.
  target_compile_options(requeue_warnings INTERFACE -w)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=address,undefined)
endif()
