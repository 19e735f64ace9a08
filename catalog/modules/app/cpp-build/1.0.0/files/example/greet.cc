#include <fmt/core.h>

int main(int argc, char** argv) {
  fmt::print("Hello, {}!\n", argc > 1 ? argv[1] : "world");
  return 0;
}
