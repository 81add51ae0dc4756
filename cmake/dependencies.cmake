# Everything that is not ours, each behind a target that the rooms link. README.md gives the reasons.
if(WIN32)
  include(dependencies-windows)
  return()
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)

find_path(GCRYPT_INCLUDE gcrypt.h REQUIRED)
find_library(GCRYPT_LIBRARY gcrypt REQUIRED)
add_library(requeue_gcrypt INTERFACE)
target_include_directories(requeue_gcrypt SYSTEM INTERFACE ${GCRYPT_INCLUDE})
target_link_libraries(requeue_gcrypt INTERFACE ${GCRYPT_LIBRARY})

find_path(MIMETIC_INCLUDE mimetic/mimetic.h REQUIRED)
find_library(MIMETIC_LIBRARY mimetic REQUIRED)
add_library(requeue_mimetic INTERFACE)
target_include_directories(requeue_mimetic SYSTEM INTERFACE ${MIMETIC_INCLUDE})
target_link_libraries(requeue_mimetic INTERFACE ${MIMETIC_LIBRARY})

find_package(CURL 7.85 REQUIRED)
add_library(requeue_curl INTERFACE)
target_link_libraries(requeue_curl INTERFACE CURL::libcurl)

find_package(ZLIB REQUIRED)
add_library(requeue_zlib INTERFACE)
target_link_libraries(requeue_zlib INTERFACE ZLIB::ZLIB)
