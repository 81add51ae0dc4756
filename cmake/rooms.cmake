# A room is a folder of src/ that knows one thing. It names the rooms it may use; what it does not name it cannot
# include, so the direction of dependency is checked by every build.
#
#   requeue_room(NAME USES room... LIBRARIES target...)
function(requeue_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(WIN32)
    list(FILTER sources EXCLUDE REGEX "_posix\\.cpp$")
  else()
    list(FILTER sources EXCLUDE REGEX "_windows\\.cpp$")
  endif()
  add_library(requeue_${name} STATIC ${sources})
  target_include_directories(requeue_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_USES PREPEND requeue_)
  target_link_libraries(requeue_${name} PUBLIC ${ROOM_USES} ${ROOM_LIBRARIES} PRIVATE requeue_warnings)
  # Most of a build is reading the same headers and instantiating the same templates again.
  set_target_properties(requeue_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  # One precompiled header for all: what nearly every file includes and is slow to read.
  if(name STREQUAL "core")
    target_precompile_headers(requeue_core PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)
  else()
    target_precompile_headers(requeue_${name} REUSE_FROM requeue_core)
  endif()
endfunction()

# The tests of a room: tests/NAME/*.cpp become the program test_NAME.
function(requeue_room_tests name)
  cmake_parse_arguments(ROOM "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  list(TRANSFORM ROOM_USES PREPEND requeue_)
  target_link_libraries(test_${name} PRIVATE ${ROOM_USES} requeue_test_support requeue_warnings)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  add_test(NAME ${name} COMMAND test_${name})
endfunction()
