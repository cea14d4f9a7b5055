# Who may include whom, read from the sources; and that the reading finds what is planted.
if(BUILD_TESTING)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME layers
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/layers/layers.py
                   ${CMAKE_SOURCE_DIR})
  add_test(NAME layers_self
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/layers/layers_self.py)
endif()
