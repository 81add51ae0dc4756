# What is tested on Windows only. The programs run under Wine (windows/wine).
add_test(NAME imports_reviewed COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/windows/check-imports ${REQUEUE_WINDOWS_MACHINE})
message(STATUS "Tests tagged [exhaustive] are SKIPPED under Wine: they take it too long, and Linux runs them")

# The stand-in as a service of Windows, and the whole procedure by the program itself against it.
add_executable(standin_service standin/service_windows.cpp standin/pickup_format.cpp standin/standin_core.cpp
  standin/standin_files.cpp standin/stamp.cpp standin/platform_windows.cpp)
target_include_directories(standin_service PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(standin_service PRIVATE Boost::filesystem requeue_warnings)
requeue_program(standin_service)
add_test(NAME service_manager COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/windows/service ${REQUEUE_WINDOWS_ARCH}
  $<TARGET_FILE:requeue> $<TARGET_FILE:standin_service> ${CMAKE_SOURCE_DIR}/sample_queues)
set_tests_properties(service_manager PROPERTIES SKIP_RETURN_CODE 77)

# Alternate streams as an NTFS volume has them.
add_executable(streams_program ntfs/streams_program_windows.cpp)
target_include_directories(streams_program PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(streams_program PRIVATE requeue_cli requeue_test_support requeue_warnings)
requeue_program(streams_program)
add_test(NAME ntfs_volume COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/windows/ntfs ${REQUEUE_WINDOWS_ARCH}
  $<TARGET_FILE:requeue> $<TARGET_FILE:streams_program> ${CMAKE_SOURCE_DIR}/sample_queues)
set_tests_properties(ntfs_volume PROPERTIES SKIP_RETURN_CODE 77)

# A recovery folder between the platforms. The program for Linux is that of the preset release.
add_test(NAME platforms COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/windows/platforms ${REQUEUE_WINDOWS_ARCH}
  $<TARGET_FILE:requeue> ${CMAKE_SOURCE_DIR}/build/release/requeue ${CMAKE_SOURCE_DIR}/sample_queues)
set_tests_properties(platforms PROPERTIES SKIP_RETURN_CODE 77)
