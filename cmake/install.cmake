# `cmake --install`, and a Debian package by CPack: `cpack -G DEB` in the build folder.
install(TARGETS modhunt RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS modhunt_score LIBRARY DESTINATION lib/modhunt)
install(FILES docs/modhunt.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES README.md LICENSE docs/security.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME modhunt)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "modhunt contributors")
set(CPACK_PACKAGE_CONTACT "modhunt contributors <modhunt@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "hunt malicious shared modules in a terminal")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # what the binaries are linked with, as Debian says it
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS sqlite3)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "modhunt reads collected Windows event logs (EVTX, Sysmon XML), scores every
module load by the T1129 Shared Modules detection, and lets an analyst hunt in
them: in a full-screen console, or with tables, CSV and JSON lines.")
include(CPack)
