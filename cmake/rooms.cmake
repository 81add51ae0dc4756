# A room is a folder of src/ that knows one thing. It names the rooms it may use; what they use it may use too, and
# nothing else: the tests room_NAME check that (check_room.cmake).
#
# NAME_posix.cpp is for Linux only, NAME_windows.cpp for Windows only: no file has both in it.
#
#   requeue_room(NAME USES room... LIBRARIES target...)
if(WIN32)
  set(REQUEUE_OTHER_PLATFORM "_posix(_test)?\\.cpp$")
else()
  set(REQUEUE_OTHER_PLATFORM "_windows(_test)?\\.cpp$")
endif()

function(requeue_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX ${REQUEUE_OTHER_PLATFORM})
  add_library(requeue_${name} STATIC ${sources})
  target_include_directories(requeue_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  set(reach ${name})
  foreach(room ${ROOM_USES})
    get_property(further GLOBAL PROPERTY requeue_reach_${room})
    list(APPEND reach ${further})
  endforeach()
  list(REMOVE_DUPLICATES reach)
  set_property(GLOBAL PROPERTY requeue_reach_${name} "${reach}")
  set_property(GLOBAL APPEND PROPERTY requeue_rooms ${name})
  list(TRANSFORM ROOM_USES PREPEND requeue_)
  target_link_libraries(requeue_${name} PUBLIC ${ROOM_USES} ${ROOM_LIBRARIES} PRIVATE requeue_warnings)
  # Most of a build is reading the same headers and instantiating the same templates again.
  set_target_properties(requeue_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  # Files that are to be compiled by themselves: those that scripts/mutation changes one by one.
  list(TRANSFORM REQUEUE_APART PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE apart)
  set_source_files_properties(${apart} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(WIN32)
    # The macros of windows.h stay with those that need it.
    list(FILTER sources INCLUDE REGEX "_windows\\.cpp$")
    set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
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
  list(FILTER sources EXCLUDE REGEX ${REQUEUE_OTHER_PLATFORM})
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  requeue_program(test_${name})
  list(TRANSFORM ROOM_USES PREPEND requeue_)
  target_link_libraries(test_${name} PRIVATE ${ROOM_USES} requeue_test_support requeue_warnings)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_precompile_headers(test_${name} REUSE_FROM requeue_test_support)
  if(NOT WIN32)
    add_test(NAME ${name} COMMAND test_${name})
    return()
  endif()
  # What opens a file once for each of its bytes would take Wine many minutes, and says nothing of Windows.
  add_test(NAME ${name} COMMAND test_${name} "~[exhaustive]")
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
endfunction()

# One test a room: that it includes nothing from above.
function(requeue_check_rooms)
  get_property(rooms GLOBAL PROPERTY requeue_rooms)
  foreach(room ${rooms})
    get_property(reach GLOBAL PROPERTY requeue_reach_${room})
    list(JOIN reach "," reach)
    add_test(NAME room_${room} COMMAND ${CMAKE_COMMAND} -DROOM=${room} -DREACH=${reach}
      -DFOLDER=${CMAKE_SOURCE_DIR}/src/${room} -P ${CMAKE_SOURCE_DIR}/cmake/check_room.cmake)
  endforeach()
endfunction()
