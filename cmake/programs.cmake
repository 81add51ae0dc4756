# What every program of ours needs beyond its own sources, the tests' ones too. On Linux: nothing.
if(WIN32)
  configure_file(${CMAKE_SOURCE_DIR}/src/windows/program.rc.in ${CMAKE_BINARY_DIR}/program.rc @ONLY)
  enable_language(RC)
  # As an object: in an archive the linker would find the import first.
  add_library(requeue_windows_program OBJECT ${CMAKE_SOURCE_DIR}/src/windows/tick_count.c
    ${CMAKE_SOURCE_DIR}/src/windows/terminate.cpp ${CMAKE_BINARY_DIR}/program.rc)
endif()

# A number behind the target: the bytes that the program may have.
function(requeue_program target)
  if(NOT WIN32)
    return()
  endif()
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:requeue_windows_program>)
  add_test(NAME imports_${target} COMMAND ${CMAKE_SOURCE_DIR}/tests/windows/check-program $<TARGET_FILE:${target}>
    ${REQUEUE_WINDOWS_MACHINE} ${ARGN})
endfunction()
