# embed(TARGET FILE SYMBOL): builds the bytes of FILE (relative to the source
# tree) into TARGET as `const unsigned char SYMBOL[]`, ended by a zero that is
# not counted in `const size_t SYMBOL_size`.
function(embed target file symbol)
  set(source ${CMAKE_SOURCE_DIR}/${file})
  set(made ${CMAKE_BINARY_DIR}/embed/${symbol}.c)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")
  set(text "/* made from ${file} by cmake/embed.cmake */\n#include <stddef.h>\nextern const unsigned char ${symbol}[];\nextern const size_t ${symbol}_size;\nconst unsigned char ${symbol}[] = {\n${bytes}0x00 };\nconst size_t ${symbol}_size = sizeof ${symbol} - 1;\n")
  file(CONFIGURE OUTPUT ${made} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${made})
endfunction()
