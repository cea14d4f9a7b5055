# The one long test starts first, so that the others run beside it.
if(BUILD_TESTING)
  set_tests_properties(golden/memory PROPERTIES COST 1000 TIMEOUT 900)
endif()
