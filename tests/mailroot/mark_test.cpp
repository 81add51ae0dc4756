// The mark of an evacuation, where a Mailroot's folders stand in several places.
#include "mailroot/evacuation_mark.h"

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "mailroot/places.h"
#include "support/temporary_folder.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

TEST_CASE("a Mailroot in several places was marked beside Pickup only") {
  const TemporaryFolder folder;
  const auto queue = folder.path() / "d" / "Queue";
  const auto pickup = folder.path() / "e" / "Pickup";
  for (const auto& each : {queue, pickup}) fs::create_directories(each);
  const auto files = files::real_files();
  const auto joined = mailroot::open_folders(*files, {{"Queue", queue.string()}, {"Pickup", pickup.string()}});
  REQUIRE(joined);
  REQUIRE(mailroot::set_mark(**joined, {"0123456789abcdef", "/srv/first"}));
  for (const auto& each : {queue, pickup}) {
    const auto alone = files->open(each.parent_path());
    REQUIRE(alone);
    CHECK_FALSE(mailroot::check_no_other_evacuation(**alone, "another"));
    CHECK(mailroot::check_no_other_evacuation(**alone, "0123456789abcdef"));
  }
  // One of them gone is one that somebody took away.
  fs::remove(queue.parent_path() / std::string(mailroot::evacuation_mark));
  CHECK_FALSE(mailroot::read_mark(**joined, "0123456789abcdef").value());
  CHECK_FALSE(mailroot::check_no_other_evacuation(**joined, "another"));
  REQUIRE(mailroot::take_mark_away(**joined, "another"));
  CHECK(fs::exists(pickup.parent_path() / std::string(mailroot::evacuation_mark)));
  REQUIRE(mailroot::take_mark_away(**joined, "0123456789abcdef"));
  CHECK_FALSE(fs::exists(pickup.parent_path() / std::string(mailroot::evacuation_mark)));
}

}  // namespace requeue::tests
