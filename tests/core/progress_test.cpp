#include "core/progress.h"

#include <catch2/catch.hpp>

using requeue::Progress;
using requeue::to_text;
using std::chrono::milliseconds;

TEST_CASE("Progress tells the phase, files, bytes, rate and the time left", "[progress]") {
  constexpr std::uint64_t mebibyte = 1U << 20U;
  Progress progress;
  progress.phase = "verify";
  SECTION("at once: what is known") {
    CHECK(to_text(progress) == "verify: 0 files");
  }
  SECTION("totals before anything is done") {
    progress.total_files = 20000;
    progress.total_bytes = 769 * mebibyte;
    CHECK(to_text(progress) == "verify: 0 of 20000 files, 0 of 769 MiB");
  }
  SECTION("a quarter after three seconds") {
    progress.files = 5000;
    progress.total_files = 20000;
    progress.bytes = 200 * mebibyte;
    progress.total_bytes = 800 * mebibyte;
    progress.elapsed = milliseconds(3000);
    CHECK(to_text(progress) == "verify: 5000 of 20000 files, 200 of 800 MiB, 66 MiB/s, about 10 s left");
  }
  SECTION("minutes, of files alone") {
    progress.files = 1000;
    progress.total_files = 100000;
    progress.elapsed = milliseconds(10000);
    CHECK(to_text(progress) == "verify: 1000 of 100000 files, 100 a second, about 17 min left");
  }
  SECTION("more than was expected: no time is promised") {
    progress.files = 12;
    progress.total_files = 10;
    progress.elapsed = milliseconds(2000);
    CHECK(to_text(progress) == "verify: 12 of 10 files, 6 a second");
  }
  SECTION("unknown totals") {
    progress.files = 10;
    progress.bytes = 20 * mebibyte;
    progress.elapsed = milliseconds(2000);
    CHECK(to_text(progress) == "verify: 10 files, 20 MiB, 10 MiB/s");
  }
}
