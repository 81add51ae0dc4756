// Mail made to exhaust whoever reads it, through the whole program, each command held to a limit of memory and of
// processor time by the system. The limits are generous: they tell what grows with the square of its input, and what is
// kept that should not be.
#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

constexpr std::size_t line_length = std::size_t{64} << 20U;
constexpr int many = 100000;
constexpr int nested = 50000;

// Address space and seconds of processor time.
Ran limited(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"-c", "ulimit -v 2097152; ulimit -t 120; exec \"$0\" \"$@\"", REQUEUE_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.emplace_back("--json");
  return run({"/bin/sh", all, {"TZ=UTC"}});
}

std::string address(int number) {
  return "user" + std::to_string(number) + "@example.org";
}

std::string recipients(int first, int last, const std::string& separator) {
  std::string all;
  for (int i = first; i < last; ++i) all += (i == first ? "" : separator) + address(i);
  return all;
}

std::string with_x_receivers(int first, int last) {
  std::string all = "x-sender: a@example.com\r\n";
  for (int i = first; i < last; ++i) all += "x-receiver: " + address(i) + "\r\n";
  return all + mail("to very many", "list@example.org");
}

std::string many_fields() {
  std::string all = "From: a@example.com\r\nTo: b@example.org\r\n";
  for (int i = 0; i < many; ++i) all += "X-Field-" + std::to_string(i) + ": value\r\n";
  return all + "\r\nbody\r\n";
}

std::string many_received() {
  std::string all;
  for (int i = 0; i < many; ++i) all += "Received: from a by b; Tue, 24 Nov 2026 02:13:05 +0000\r\n";
  return all + mail("around and around", "b@example.org");
}

std::string many_parts() {
  std::string all = "From: a@example.com\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n";
  for (int i = 0; i < nested; ++i) {
    const auto boundary = "b" + std::to_string(i);
    all += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n";
  }
  return all + "Content-Type: text/plain\r\n\r\ninnermost\r\n";
}

void check_within(const std::vector<std::string>& arguments, std::initializer_list<int> exits) {
  const auto ran = limited(arguments);
  INFO(arguments.front() << ": signal " << ran.signal << ' ' << ran.err.substr(0, 2000));
  CHECK(ran.signal == 0);
  CHECK(std::find(exits.begin(), exits.end(), ran.exit) != exits.end());
  CHECK(parse_object(ran.out));
}

void check_whole_procedure(const Window& window, const std::string& replayed) {
  const auto recovery = window.recovery.string();
  const auto out = [&](const char* name) { return (window.folder.path() / name).string(); };
  check_within({"inspect", window.mailroot.string()}, {0, 3});
  check_within({"evacuate", "--mailroot", window.mailroot.string(), "--recovery", recovery, "--service", "none"}, {0});
  check_within({"plan", "--recovery", recovery, "--out", out("plan.csv")}, {0, 3});
  check_within({"replay", "--recovery", recovery, "--pickup", window.pickup.string(), "--no-probe", "drill"}, {0, 3});
  check_within({"audit", "--recovery", recovery}, {0, 3});
  check_within(
      {"report", "--recovery", recovery, "--csv", out("m.csv"), "--jsonl", out("m.jsonl"), "--html", out("m.html")},
      {0, 3});
  check_within({"status", "--recovery", recovery}, {0, 3});
  CHECK(posted(window.pickup).size() == std::stoul(replayed));
}

TEST_CASE("a line of 64 MB, in the body and in the header block", "[hostile]") {
  const Window window;
  window.put("Queue/body.EML", mail("body", "b@example.org", std::string(line_length, 'a')));
  window.put("Queue/field.EML",
             "From: a@example.com\r\nTo: b@example.org\r\nSubject: " + std::string(line_length, 'b') + "\r\n\r\nx\r\n");
  check_whole_procedure(window, "1");  // a header block without an end within 64 MB is held
}

TEST_CASE("a hundred thousand header fields, and as many hops", "[hostile]") {
  const Window window;
  window.put("Queue/fields.EML", many_fields());
  window.put("Queue/hops.EML", many_received());
  check_whole_procedure(window, "1");  // the hops are over the limit
}

TEST_CASE("fifty thousand parts, each in the one before", "[hostile]") {
  const Window window;
  window.put("Queue/parts.EML", many_parts());
  check_whole_procedure(window, "1");
}

TEST_CASE("a hundred thousand recipients, in headers and in x-receivers, and copies for half of them", "[hostile]") {
  const Window window;
  window.put("Queue/to.EML", "From: a@example.com\r\nTo: " + recipients(0, many, ",\r\n ") + "\r\n\r\nx\r\n");
  window.put("Queue/x.EML", with_x_receivers(0, many));
  window.put("Queue/y.EML", with_x_receivers(many / 2, many + many / 2));
  check_whole_procedure(window, "3");
}

}  // namespace
}  // namespace requeue::tests
