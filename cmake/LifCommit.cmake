# The commit that the programs tell with --version, in one small object that only programs link: a
# commit recompiles it and links four programs anew, nothing else.
set(LIF_COMMIT "" CACHE STRING "Commit that --version tells; asked of git when empty")

set(lif_commit_source "${PROJECT_BINARY_DIR}/build_commit.cc")
set(lif_commit_follows "")
find_program(GIT_PROGRAM git)
if(GIT_PROGRAM AND NOT LIF_COMMIT)
  # Git appends to it at each commit and checkout.
  execute_process(
      COMMAND "${GIT_PROGRAM}" rev-parse --git-path logs/HEAD
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
      OUTPUT_VARIABLE lif_head_log OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  get_filename_component(lif_head_log "${lif_head_log}" ABSOLUTE BASE_DIR "${PROJECT_SOURCE_DIR}")
  if(EXISTS "${lif_head_log}" AND NOT IS_DIRECTORY "${lif_head_log}")
    set(lif_commit_follows "${lif_head_log}")
  endif()
endif()
add_custom_command(
    OUTPUT "${lif_commit_source}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${lif_commit_source}" "-DCOMMIT=${LIF_COMMIT}"
            "-DGIT=${GIT_PROGRAM}" "-DSOURCE=${PROJECT_SOURCE_DIR}"
            -P "${CMAKE_CURRENT_LIST_DIR}/write_commit.cmake"
    DEPENDS ${lif_commit_follows} "${CMAKE_CURRENT_LIST_DIR}/write_commit.cmake"
    VERBATIM)
add_library(build_commit OBJECT "${lif_commit_source}")
target_link_libraries(build_commit PRIVATE lif_flags lif_sanitize)
