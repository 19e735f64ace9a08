#include "common/base/file_util.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

TEST_CASE("A file is read whole, up to its limit", "[base]") {
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/file";
  REQUIRE(WriteFileAtomically(path, std::string("a\0b", 3)).ok());
  CHECK(*ReadFile(path, 3) == std::string("a\0b", 3));
  absl::Status status = ReadFile(path, 2).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message() == path + " is over the limit of 2 bytes");
}

TEST_CASE("What is not a regular file is not read", "[base]") {
  TemporaryDirectory directory;
  CHECK(absl::IsNotFound(ReadFile(directory.path() + "/none", 10).status()));
  CHECK(absl::IsInvalidArgument(ReadFile(directory.path(), 10).status()));
  const std::string fifo = directory.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(absl::IsInvalidArgument(ReadFile(fifo, 10).status()));  // and does not wait for a writer
}

TEST_CASE("A write replaces a file, sets its mode and leaves nothing else", "[base]") {
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/file";
  REQUIRE(WriteFileAtomically(path, "one").ok());
  REQUIRE(WriteFileAtomically(path, "two", 0600).ok());
  CHECK(*ReadFile(path, 10) == "two");
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()),
                      std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("A write into no directory names the path", "[base]") {
  TemporaryDirectory directory;
  absl::Status status = WriteFileAtomically(directory.path() + "/none/file", "x");
  CHECK(absl::IsNotFound(status));
  CHECK(std::string(status.message()).find("/none/file") != std::string::npos);
}

TEST_CASE("Directories are made and removed with what is in them", "[base]") {
  TemporaryDirectory directory;
  const std::string deep = directory.path() + "/a/b/c";
  REQUIRE(MakeDirectories(deep).ok());
  REQUIRE(MakeDirectories(deep).ok());
  REQUIRE(WriteFileAtomically(deep + "/file", "x").ok());
  CHECK(RemoveTree(directory.path() + "/a").ok());
  CHECK_FALSE(std::filesystem::exists(directory.path() + "/a"));
  CHECK(RemoveTree(directory.path() + "/a").ok());
}

}  // namespace
}  // namespace lif
