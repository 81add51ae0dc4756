// The report's page: what mail contains stands in it as text, and it asks nothing of anybody.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

std::string page_of(const Window& window) {
  const auto file = window.folder.path() / "report.html";
  REQUIRE(window.ask({"report", "--recovery", window.recovery.string(), "--html", file.string()}).exit == 0);
  return read(file);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST_CASE("an attack in every field of a message is text on the page") {
  const Window window;
  const std::string attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
  window.put("Queue/" + std::string("<b onclick=x>&'.EML"),
             "From: \"" + attack + "\" <a@example.com>\r\nTo: b@example.org\r\nSubject: " + attack + "\xE2\x80\xAE" +
                 "gnp.exe\r\nMessage-ID: " + attack + "\r\n\r\nx\r\n");
  window.put("Queue/held.EML", "From: a@example.com\r\nSubject: " + attack + "\r\n\r\nx\r\n");
  auto command = window.evacuation();
  command.insert(command.end(), {"--ticket", attack, "--operator", attack});
  REQUIRE(window.ask(command).exit == 0);
  CHECK(window.replay().exit == 3);
  const auto page = page_of(window);
  CHECK(count_of(page, "<script") == 1);  // its own
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("<b onclick") == std::string::npos);
  CHECK(page.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(page.find("&lt;script&gt;alert(1)") != std::string::npos);
  CHECK(page.find("&lt;b onclick=x&gt;&amp;&#39;.EML") != std::string::npos);
}

TEST_CASE("the page loads nothing, and allows only its own style and script") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  window.replay();
  const auto page = page_of(window);
  CHECK(page.find("Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-") != std::string::npos);
  CHECK(page.find("http://") == std::string::npos);
  CHECK(page.find("https://") == std::string::npos);
  CHECK(page.find(" style=") == std::string::npos);
  CHECK(page.find(" src=") == std::string::npos);
  CHECK(page.find("NTFS_1.EML") != std::string::npos);
  CHECK(page.find("Nothing is left open.") != std::string::npos);
}

}  // namespace
}  // namespace requeue::tests
