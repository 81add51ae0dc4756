#include "blackbox/window.h"

#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "standin/pickup_format.h"

namespace requeue::tests {

std::string mail(const std::string& subject, const std::string& to, const std::string& body) {
  return "From: sender@example.com\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject +
         "@example.com>\r\n\r\n" + body;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (fs::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
    const auto name = entry->path().lexically_relative(folder).string();
    switch (entry->symlink_status().type()) {
      case fs::directory_file:
        all[name + "/"] = "";
        break;
      case fs::symlink_file:
        all[name] = "-> " + fs::read_symlink(entry->path()).string();
        break;
      case fs::regular_file:
        all[name] = read(entry->path());
        break;
      default:
        all[name] = "(special)";
    }
  }
  return all;
}

Window::Window()
    : mailroot(folder.path() / "mailroot"), recovery(folder.path() / "recovery"), pickup(folder.path() / "out/Pickup") {
  for (const char* const name : {"Queue", "Pickup", "Drop", "Badmail"}) fs::create_directories(mailroot / name);
  fs::create_directories(pickup);
}

Ran Window::see(const std::vector<std::string>& arguments) const {
  return run({REQUEUE_PROGRAM, arguments, {"TZ=UTC"}});
}

Answer Window::ask(const std::vector<std::string>& arguments) const {
  auto all = arguments;
  all.emplace_back("--json");
  const auto ran = see(all);
  INFO("requeue " << arguments.front() << ": " << ran.err << ran.out);
  CHECK(ran.signal == 0);
  const auto object = parse_object(ran.out);
  REQUIRE(object);
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1);
  CHECK((*object)["schema"] == "requeue/1");
  CHECK((*object)["command"] == arguments.front());
  CHECK((*object)["exit"] == ran.exit);
  CHECK((*object)["ok"] == (ran.exit == 0));
  return {ran.exit, *object, ran.out, ran.err};
}

std::vector<std::string> Window::evacuation() const {
  return {"evacuate", "--mailroot", mailroot.string(), "--recovery", recovery.string(), "--service", "none"};
}

void Window::evacuate(int wanted) const {
  const auto answer = ask(evacuation());
  INFO(answer.err << answer.out);
  REQUIRE(answer.exit == wanted);
}

Answer Window::replay(std::vector<std::string> more) const {
  std::vector<std::string> all{"replay",     "--recovery", recovery.string(), "--pickup", pickup.string(),
                               "--no-probe", "drill"};
  all.insert(all.end(), more.begin(), more.end());
  return ask(all);
}

std::vector<Posted> posted(const fs::path& pickup) {
  std::vector<Posted> all;
  for (fs::directory_iterator entry(pickup), end; entry != end; ++entry) {
    const auto message = standin::read_pickup(read(entry->path()));
    all.push_back(
        {entry->path().filename().string(), message.envelope.sender, message.content, message.envelope.recipients});
  }
  std::sort(all.begin(), all.end(), [](const Posted& a, const Posted& b) { return a.content < b.content; });
  return all;
}

}  // namespace requeue::tests
