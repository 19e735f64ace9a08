// Linked into programs that ThreadSanitizer watches: races that are not there, with the reason.
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  // Copies of a status share a counted representation. Debian's libabsl counts in code that
  // ThreadSanitizer does not see, so that the last owner's delete looks unordered.
  //
  // civetweb writes the Date of its answers with gmtime, whose buffer all threads share: the worst
  // is a wrong Date.
  return "race:absl::*Status::Unref\n"
         "race:gmtime\n";
}
