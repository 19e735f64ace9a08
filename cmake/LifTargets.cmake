# Helpers that give every target of ours the same warnings, includes and sanitizers.

add_library(lif_flags INTERFACE)
target_include_directories(lif_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(lif_flags INTERFACE
    -Wall -Wextra -Werror -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of GCC 12 in optimised builds: on std::string (GCC bug 105651), and on the value of
  # every absl::StatusOr that is read after its status was checked.
  target_compile_options(lif_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-O0")
    # Bug 105651 again, which precompiled headers show where a system header would hide it.
    target_compile_options(lif_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endif()
# hiredis' own flag, for all: it changes what system headers say, and a precompiled header fits only
# who has the same flags.
target_compile_definitions(lif_flags INTERFACE _FILE_OFFSET_BITS=64)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The queue's function library is one generated string.
  target_compile_options(lif_flags INTERFACE -Wthread-safety -Wno-overlength-strings)
endif()

# Generated code takes part in ASan and TSan but not in UBSan, which makes it compile 5 times slower.
add_library(lif_sanitize INTERFACE)
add_library(lif_sanitize_generated INTERFACE)
if(LIF_SANITIZE)
  target_compile_options(lif_sanitize INTERFACE -fsanitize=${LIF_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  if(LIF_SANITIZE MATCHES "address")
    # Up to half of an object file, and compile time, for what AddressSanitizer stops at too (null,
    # object-size) or what our machines do right (alignment).
    target_compile_options(lif_sanitize INTERFACE -fno-sanitize=null,object-size,alignment)
  endif()
  target_link_options(lif_sanitize INTERFACE -fsanitize=${LIF_SANITIZE})
  if(LIF_SANITIZE MATCHES "address")
    target_compile_options(lif_sanitize_generated INTERFACE -fsanitize=address)
    target_link_options(lif_sanitize_generated INTERFACE -fsanitize=address)
  elseif(LIF_SANITIZE MATCHES "thread")
    target_compile_options(lif_sanitize_generated INTERFACE -fsanitize=thread)
    target_link_options(lif_sanitize_generated INTERFACE -fsanitize=thread)
  endif()
endif()

# What the sanitizers are told to leave out, compiled once and linked into each program.
if(LIF_SANITIZE MATCHES "address")
  add_library(lif_suppressions OBJECT "${PROJECT_SOURCE_DIR}/cmake/leak_suppressions.cc")
elseif(LIF_SANITIZE MATCHES "thread")
  add_library(lif_suppressions OBJECT "${PROJECT_SOURCE_DIR}/cmake/race_suppressions.cc")
endif()

# lif_library(NAME SOURCES a.cc a.h … [PUBLIC libs…] [PRIVATE libs…])
function(lif_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC lif_sanitize ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  target_link_libraries(${name} PRIVATE lif_flags)
  set_property(GLOBAL APPEND PROPERTY lif_precompile_targets ${name})
endfunction()

# lif_executable(NAME SOURCES … LINK …)
function(lif_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  if(TARGET lif_suppressions)
    target_link_libraries(${name} PRIVATE lif_suppressions)
  endif()
  target_link_libraries(${name} PRIVATE lif_flags lif_sanitize ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY lif_precompile_targets ${name})
endfunction()

function(lif_test_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  lif_executable(${name} SOURCES ${ARG_SOURCES} LINK ${ARG_LINK} Catch2::Catch2WithMain)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
endfunction()

# lif_unit_test(queue SOURCES … LINK …) makes build/<preset>/tests/unit_queue.
function(lif_unit_test name)
  lif_test_binary(unit_${name} ${ARGN})
  add_dependencies(unit_tests unit_${name})
endfunction()

# lif_integration_test(queue SOURCES … LINK …) makes build/<preset>/tests/integration_queue.
function(lif_integration_test name)
  lif_test_binary(integration_${name} ${ARGN})
  add_dependencies(integration_tests integration_${name})
endfunction()

add_custom_target(unit_tests)
add_custom_target(integration_tests)
