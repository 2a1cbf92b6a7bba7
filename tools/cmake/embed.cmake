# SPDX-License-Identifier: BSD-2-Clause
# Writes a C file with the contents of binary files:
#   cmake -DOUT=file.c "-DFILES=name=path|name=path" -P embed.cmake
# A path that does not exist gives an empty array.
string(REPLACE "|" ";" items "${FILES}")
set(text "/* Made by tools/cmake/embed.cmake. */\n#include \"frontend/builtin.h\"\n")
foreach(item ${items})
    string(REGEX MATCH "^[^=]+" name "${item}")
    string(REGEX REPLACE "^[^=]+=" "" path "${item}")
    set(bytes "0")
    set(n 0)
    if(EXISTS "${path}" AND path MATCHES "\\.c$")
        # The first table of a C file that is one already.
        file(READ "${path}" code)
        string(REGEX MATCH "= {[^}]*" bytes "${code}")
        string(SUBSTRING "${bytes}" 3 -1 bytes)
        string(REGEX MATCHALL "0x" each "${bytes}")
        list(LENGTH each n)
    elseif(EXISTS "${path}")
        file(READ "${path}" hex HEX)
        string(LENGTH "${hex}" n)
        math(EXPR n "${n} / 2")
        string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    endif()
    string(APPEND text "static const uint8_t ${name}_bytes[] = {\n${bytes}\n};\n"
                       "const struct builtin builtin_${name} = { ${name}_bytes, ${n} };\n")
endforeach()
file(WRITE "${OUT}" "${text}")
