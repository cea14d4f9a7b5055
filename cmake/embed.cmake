# embed(TARGET FILE SYMBOL): builds the bytes of FILE (relative to the source
# tree) into TARGET as `const unsigned char SYMBOL[]`, ended by a zero that is
# not counted in `const size_t SYMBOL_size`.
#
# embed_all(TARGET GLOB SYMBOL): builds every file that GLOB names into TARGET as
# `const struct embedded SYMBOL[]` (queries/embedded.h), ordered by name.
function(embed_bytes out source)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")
  set(${out} "{\n${bytes}0x00 }" PARENT_SCOPE)
endfunction()

function(embed target file symbol)
  set(made ${CMAKE_BINARY_DIR}/embed/${symbol}.c)
  embed_bytes(bytes ${CMAKE_SOURCE_DIR}/${file})
  set(text "/* made from ${file} by cmake/embed.cmake */\n#include <stddef.h>\nextern const unsigned char ${symbol}[];\nextern const size_t ${symbol}_size;\nconst unsigned char ${symbol}[] = ${bytes};\nconst size_t ${symbol}_size = sizeof ${symbol} - 1;\n")
  file(CONFIGURE OUTPUT ${made} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${made})
endfunction()

function(embed_all target glob symbol)
  set(made ${CMAKE_BINARY_DIR}/embed/${symbol}.c)
  set(text "// made from ${glob} by cmake/embed.cmake\n#include \"queries/embedded.h\"\n")
  set(table "")
  set(count 0)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${glob})
  list(SORT files)
  foreach(file ${files})
    get_filename_component(name ${file} NAME)
    embed_bytes(bytes ${file})
    string(APPEND text "static const unsigned char f${count}[] = ${bytes};\n")
    string(APPEND table "    { \"${name}\", f${count}, sizeof f${count} - 1 },\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND text "const struct embedded ${symbol}[] = {\n${table}};\nconst size_t ${symbol}_count = ${count};\n")
  file(CONFIGURE OUTPUT ${made} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${made})
endfunction()
