// Linked into programs that AddressSanitizer watches: leaks that are not ours, with the reason.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_options();

extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}

extern "C" const char* __lsan_default_suppressions() {
  // libpqxx 6.4 forgets the libpq result of a statement when it then finds the connection broken
  // (connection_base::make_result throws before it owns it): 2 KiB for each broken connection.
  // Version 7 of Debian 13 does not.
  //
  // OpenSSL's error queue of a thread (904 bytes) that ends while the process does, after OpenSSL
  // has cleaned up. Its frames can't be told apart: the library has no frame pointers.
  return "leak:PQmakeEmptyPGresult\nleak:CRYPTO_zalloc\n";
}
