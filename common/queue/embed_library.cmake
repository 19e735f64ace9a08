# cmake -DOUTPUT=… -DVERSION=N -DREVISION=N -DFILES=a.lua,b.lua,… -P embed_library.cmake
# One function library out of its parts, as a C++ string. A literal holds at most 64 KiB in some
# compilers, so each part has its own.
string(REPLACE "," ";" files "${FILES}")
set(parts "")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  string(APPEND parts "    R\"lifqueue(${text})lifqueue\"\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"common/queue/queue_library.h\"

namespace lif {

RedisLibrary QueueLibrary() {
  static constexpr char kCode[] =
    \"#!lua name=lif_queue_v${VERSION}\\n\"
    \"local PREFIX, REVISION = 'lif_v${VERSION}_', ${REVISION}\\n\"
${parts};
  return RedisLibrary{\"lif_queue_v${VERSION}\", kCode, ${REVISION}, \"lif_v${VERSION}_revision\"};
}

}  // namespace lif
")
