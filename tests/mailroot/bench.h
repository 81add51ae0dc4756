// A tree that may or may not be a Mailroot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "mailroot/mailroot.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

inline Error refusal_of(const Result<void>& checked) {
  REQUIRE_FALSE(checked);
  CHECK(checked.error().exit == Exit::precondition);
  CHECK(checked.error().hint.find("Nothing was touched. ") == 0);
  return checked.error();
}

inline bool is_told(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Tree {
 public:
  explicit Tree(std::shared_ptr<files::Files> files = files::real_files()) : files_(std::move(files)) {}

  [[nodiscard]] boost::filesystem::path path() const { return folder_.path(); }
  Tree& file(const std::string& name, std::string_view bytes = "x") {
    write(path() / name, bytes);
    return *this;
  }
  Tree& folder(const std::string& name) {
    boost::filesystem::create_directories(path() / name);
    return *this;
  }
  Tree& link(const std::string& name, const std::string& target) {
    boost::filesystem::create_symlink(target, path() / name);
    return *this;
  }

  // Opened below, where a test gives the wrong folder.
  [[nodiscard]] std::shared_ptr<files::Tree> open(const std::string& below = ".") {
    return files_->open((path() / below).lexically_normal()).value();
  }
  // As errors name it.
  [[nodiscard]] std::string told(const std::string& below) { return files::to_text(open()->path_of(below)); }
  Result<void> check(const std::string& below = ".") { return mailroot::check(*open(below)); }

  // "Queue/", "Queue/a.EML", "link -> target": what the walk visits, in its order.
  std::vector<std::string> visited(mailroot::Counts* counts = nullptr) {
    std::vector<std::string> seen;
    const auto walked = mailroot::walk(*open(), [&](const mailroot::Item& item) -> Result<void> {
      auto line = item.path;
      if (item.status.kind == files::Kind::folder) line += "/";
      if (item.status.kind == files::Kind::link) line += " -> " + item.target;
      if (item.status.kind == files::Kind::special) line += " special";
      seen.push_back(line);
      return {};
    });
    REQUIRE(walked);
    if (counts != nullptr) *counts = *walked;
    return seen;
  }

 private:
  TemporaryFolder folder_;
  std::shared_ptr<files::Files> files_;
};

}  // namespace requeue::tests
