#include <catch2/catch.hpp>

#include "files/windows_names.h"

using namespace requeue::files;

TEST_CASE("a path for Windows' wide functions is verbatim, whatever form it was given in") {
  const std::pair<const char*, const char*> forms[] = {
      {R"(C:\Inetpub\mailroot)", R"(\\?\C:\Inetpub\mailroot)"},
      {R"(C:/Inetpub/mailroot)", R"(\\?\C:\Inetpub\mailroot)"},
      {R"(C:\)", R"(\\?\C:\)"},
      {R"(\\server\share\Mailroot)", R"(\\?\UNC\server\share\Mailroot)"},
      {R"(//server/share)", R"(\\?\UNC\server\share)"},
      {R"(\\?\C:\a)", R"(\\?\C:\a)"},
      {R"(\\?\UNC\server\share\a)", R"(\\?\UNC\server\share\a)"},
      {R"(\\?\unc\server\share)", R"(\\?\UNC\server\share)"},
      {R"(\??\C:\a)", R"(\\?\C:\a)"},
      {R"(\??\UNC\server\share)", R"(\\?\UNC\server\share)"},
      {R"(\\?\Volume{01234567-89ab-cdef-0123-456789abcdef}\a)",
       R"(\\?\Volume{01234567-89ab-cdef-0123-456789abcdef}\a)"},
      {R"(C:\ends with a dot.)", R"(\\?\C:\ends with a dot.)"},
  };
  for (const auto& [given, expected] : forms) {
    CAPTURE(given);
    CHECK(extended_path(given) == expected);
    CHECK(extended_path(extended_path(given)) == expected);
    CHECK(native_path(given) == R"(\??\)" + std::string(expected).substr(4));
    CHECK(extended_path(native_path(given)) == expected);
    CHECK(extended_path(plain_path(given)) == expected);
  }
}

TEST_CASE("a long path gets its prefix like a short one") {
  const std::string deep = R"(D:\)" + std::string(400, 'x') + R"(\mail.eml)";
  CHECK(extended_path(deep) == R"(\\?\)" + deep);
}

TEST_CASE("the root of a path is its drive, share or volume") {
  CHECK(root_length(R"(C:\a\b)") == 3);
  CHECK(root_length(R"(C:\)") == 3);
  CHECK(root_length(R"(\\server\share\a)") == 15);
  CHECK(root_length(R"(\\server\share)") == 14);
  CHECK(root_length(R"(\\?\Volume{x}\a)") == 14);
  for (const auto* none : {"", "a", "C:", "C:a", R"(\a)", R"(\\server)", R"(\\server\)", R"(\\)", R"(\\\a)"}) {
    CAPTURE(none);
    CHECK(root_length(none) == 0);
  }
}

TEST_CASE("a name that would lead elsewhere on Windows is none") {
  for (const auto* name : {"a", "a.eml", "Übergröße", ".x", "a ", "a.", "CON", "\xED\xA0\x80"})
    CHECK(is_windows_name(name));
  for (const auto* name : {"a:b", ":PROPERTIES", "a\\b", "..\\a", "a*", "?", "a\"", "<", ">", "|", "a\nb", "\x01"}) {
    CAPTURE(name);
    CHECK_FALSE(is_windows_name(name));
  }
}
