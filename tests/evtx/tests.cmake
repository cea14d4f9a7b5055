# evtx_dump shows what the decoder yields of a file; evtx_seeds writes the fuzz
# target's seed corpus.  Neither is a test.
if(NOT MODHUNT_FUZZ)
  add_executable(evtx_dump ${CMAKE_CURRENT_LIST_DIR}/evtx_dump.c)
  target_link_libraries(evtx_dump PRIVATE ingest core)
  add_executable(evtx_seeds EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/evtx_seeds.c)
  target_link_libraries(evtx_seeds PRIVATE ingest core)
endif()
