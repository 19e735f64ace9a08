# cmake -DOUTPUT=FILE -DCOMMIT=… -DGIT=… -DSOURCE=DIR -P write_commit.cmake
if(NOT COMMIT AND GIT)
  execute_process(
      COMMAND "${GIT}" -C "${SOURCE}" rev-parse --short=12 HEAD
      OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
string(MAKE_C_IDENTIFIER "_${COMMIT}" safe)
if(NOT safe STREQUAL "_${COMMIT}")
  set(COMMIT "")  # not what a commit looks like
endif()
set(text "#include \"common/config/version.h\"\n
namespace lif {

std::string_view LifCommit() {
  return \"${COMMIT}\";
}

}  // namespace lif
")
set(before "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" before)
endif()
if(NOT before STREQUAL text)
  file(WRITE "${OUTPUT}" "${text}")
endif()
