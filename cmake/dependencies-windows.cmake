# For Windows: what scripts/install-windows-deps has put below REQUEUE_WINDOWS_DEPS, and mingw's own packages.
find_package(Threads REQUIRED)
add_compile_definitions(NOMINMAX WIN32_LEAN_AND_MEAN)

set(prefix ${REQUEUE_WINDOWS_DEPS}/${REQUEUE_WINDOWS_ARCH})
if(NOT EXISTS ${prefix}/lib/libgcrypt.a)
  message(FATAL_ERROR "The libraries for Windows are not there: run scripts/install-deps --windows")
endif()

function(requeue_header_only target)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${prefix}/include)
endfunction()
requeue_header_only(nlohmann_json::nlohmann_json)
requeue_header_only(tl::expected)
requeue_header_only(CLI11::CLI11)
# 100 KB of the standard library, for checks of paths that we make ourselves.
target_compile_definitions(CLI11::CLI11 INTERFACE CLI11_HAS_FILESYSTEM=0)
requeue_header_only(Catch2::Catch2)

requeue_header_only(Boost::filesystem)
target_compile_definitions(Boost::filesystem INTERFACE BOOST_ALL_NO_LIB BOOST_FILESYSTEM_STATIC_LINK)
target_link_libraries(Boost::filesystem INTERFACE ${prefix}/lib/libboost_filesystem.a ntdll)

find_library(GPG_ERROR_LIBRARY NAMES libgpg-error.a REQUIRED)
add_library(requeue_gcrypt INTERFACE)
target_include_directories(requeue_gcrypt SYSTEM INTERFACE ${prefix}/include)
target_link_libraries(requeue_gcrypt INTERFACE ${prefix}/lib/libgcrypt.a ${GPG_ERROR_LIBRARY} ws2_32)

add_library(requeue_mimetic INTERFACE)
target_include_directories(requeue_mimetic SYSTEM INTERFACE ${prefix}/include)
target_link_libraries(requeue_mimetic INTERFACE ${prefix}/lib/libmimetic.a)

# No libcurl for these compilers among Debian's packages: src/submission says so to whoever asks.
add_library(requeue_curl INTERFACE)

find_path(ZLIB_INCLUDE zlib.h REQUIRED)
find_library(ZLIB_LIBRARY NAMES libz.a REQUIRED)
add_library(requeue_zlib INTERFACE)
target_include_directories(requeue_zlib SYSTEM INTERFACE ${ZLIB_INCLUDE})
target_link_libraries(requeue_zlib INTERFACE ${ZLIB_LIBRARY})
