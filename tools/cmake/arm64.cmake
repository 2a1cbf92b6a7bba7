# SPDX-License-Identifier: BSD-2-Clause
# Linux arm64 by the distribution's cross compiler. SDL 2, zlib and check are used when they are installed for the target, or in
# the folder VITRINE_LIBS. Tests run under qemu, where that is.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_FIND_ROOT_PATH ${VITRINE_LIBS} /usr/aarch64-linux-gnu)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VITRINE_LIBS)
find_program(VITRINE_QEMU NAMES qemu-aarch64-static qemu-aarch64 NO_CMAKE_FIND_ROOT_PATH)
if(VITRINE_QEMU)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${VITRINE_QEMU} -L /usr/aarch64-linux-gnu)
endif()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
