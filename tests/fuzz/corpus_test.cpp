// Each kept file of the corpora through its target, whole and cut short; a target that is broken aborts.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "fuzz/targets.h"
#include "support/temporary_folder.h"

using namespace requeue;
namespace fs = boost::filesystem;

TEST_CASE("The kept corpora of the fuzz targets", "[fuzz]") {
  for (const auto& target : fuzz::targets()) {
    const auto folder = fs::path(FUZZ_CORPUS) / std::string(target.name);
    std::size_t files = 0;
    for (fs::directory_iterator entry(folder), end; entry != end; ++entry, ++files) {
      INFO(target.name << ' ' << entry->path().filename().string());
      const auto bytes = tests::read(entry->path());
      target.run(bytes);
      const auto step = bytes.size() / 40 + 1;
      for (std::size_t size = 0; size < bytes.size(); size += step) target.run(std::string_view(bytes).substr(0, size));
    }
    INFO(target.name);
    CHECK(files >= 3);
  }
}
