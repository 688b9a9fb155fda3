# Turns a file into a C array: cmake -DIN=default.jsonc -DOUT=scenario_default.h -DNAME=text -P embed.cmake
file(READ "${IN}" hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n    " hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " hex "${hex}")
get_filename_component(from "${IN}" NAME)
file(WRITE "${OUT}" "// Made from ${from} by embed.cmake.\n"
                    "static const unsigned char ${NAME}[] = {\n    ${hex}\n};\n")
