# The packages for Linux: `cpack` in the build folder makes a tarball and a .deb. scripts/package calls it, and makes the
# one for Windows.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # the tests are not packed, and need not be built for it
include(GNUInstallDirs)
install(TARGETS requeue RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_BINARY_DIR}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_FILE_NAME requeue-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "recovers the mail queue of a Windows SMTP service")
set(CPACK_PACKAGE_DESCRIPTION "It takes a verified snapshot of a stuck queue, empties it, and after the repair hands each
message back to the service once, to those who are owed it, with a record of every decision.")
set(CPACK_PACKAGE_CONTACT "the requeue authors")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libcurl is loaded, not linked, so that nothing finds it among what the program needs.
execute_process(COMMAND dpkg-query -S */${curl_name} OUTPUT_VARIABLE curl_owner ERROR_QUIET)
if(curl_owner MATCHES "^([^:, \n]+)")
  set(CPACK_DEBIAN_PACKAGE_DEPENDS ${CMAKE_MATCH_1})
endif()
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)
include(CPack)
