#include "core/crew.h"

#include <atomic>
#include <new>
#include <numeric>
#include <stdexcept>

#include <catch2/catch.hpp>

using requeue::Crew;
using requeue::Exit;
using requeue::failure;
using requeue::InOrder;
using requeue::Result;

TEST_CASE("A crew of one works in the thread that gives, at once", "[crew]") {
  Crew crew(1);
  std::vector<std::string> seen;
  InOrder<int> work(crew, [&](int value) -> Result<void> {
    seen.push_back("take " + std::to_string(value));
    return {};
  });
  const auto here = std::this_thread::get_id();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(work.add([&, i] {
      CHECK(std::this_thread::get_id() == here);
      seen.push_back("work " + std::to_string(i));
      return i;
    }));
  }
  REQUIRE(work.finish());
  CHECK(seen == std::vector<std::string>{"work 0", "take 0", "work 1", "take 1", "work 2", "take 2"});
}

TEST_CASE("Results of many threads are taken in the order of the work, by the giver", "[crew]") {
  Crew crew(8);
  std::vector<int> taken;
  const auto here = std::this_thread::get_id();
  InOrder<int> work(crew, [&](int value) -> Result<void> {
    CHECK(std::this_thread::get_id() == here);
    taken.push_back(value);
    return {};
  });
  for (int i = 0; i < 5000; ++i) {
    REQUIRE(work.add([i] {
      if (i % 7 == 0) std::this_thread::yield();
      return i;
    }));
  }
  REQUIRE(work.finish());
  std::vector<int> expected(5000);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(taken == expected);
}

TEST_CASE("Batches keep the order of the work, and what needed none in its place", "[crew]") {
  const unsigned jobs = GENERATE(1U, 8U);
  Crew crew(jobs);
  std::vector<int> taken;
  const auto take = [&](int value) -> Result<void> {
    taken.push_back(value);
    return {};
  };
  InOrder<int> work(crew, take, requeue::small_work);
  constexpr int count = 5003;  // the last batch is not full
  for (int i = 0; i < count; ++i) {
    REQUIRE((i % 3 == 0 ? work.add_done(i) : work.add([i] { return i; })));
    if (jobs == 1) REQUIRE(taken.size() == static_cast<std::size_t>(i) + 1);
  }
  REQUIRE(work.finish());
  std::vector<int> expected(count);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(taken == expected);
}

TEST_CASE("After a failure in a batch nothing more of it is taken", "[crew]") {
  Crew crew(4);
  int taken = 0;
  const auto take = [&](int value) -> Result<void> {
    ++taken;
    return value == 3 ? Result<void>(failure(Exit::failed, "no")) : Result<void>();
  };
  InOrder<int> work(crew, take, requeue::small_work);
  for (int i = 0; i < 6; ++i) REQUIRE(work.add([i] { return i; }));
  CHECK_FALSE(work.finish());
  CHECK(taken == 4);
}

TEST_CASE("No more than a bounded amount of work is under way", "[crew]") {
  Crew crew(4);
  std::atomic<int> given{0};
  int taken = 0;
  int most = 0;
  InOrder<int> work(crew, [&](int) -> Result<void> {
    ++taken;
    return {};
  });
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(work.add([&] { return ++given; }));
    most = std::max(most, i + 1 - taken);
  }
  REQUIRE(work.finish());
  CHECK(most <= 16);
}

TEST_CASE("A failure of taking ends the adding, and what is under way is waited for", "[crew]") {
  std::atomic<int> begun{0};
  std::atomic<int> done{0};
  {
    Crew crew(4);
    InOrder<int> work(crew, [](int value) -> Result<void> {
      return value == 10 ? Result<void>(failure(Exit::failed, "ten")) : Result<void>();
    });
    Result<void> added;
    for (int i = 0; added && i < 100; ++i) {
      added = work.add([&begun, &done, i] {
        ++begun;
        std::this_thread::yield();
        ++done;
        return i;
      });
    }
    REQUIRE_FALSE(added);
    CHECK(added.error().what == "ten");
  }
  CHECK(begun >= 10);
  CHECK(done == begun);
}

TEST_CASE("Too little memory in a thread is an error of its turn, not the end of the program", "[crew]") {
  const unsigned jobs = GENERATE(1U, 4U);
  const std::size_t batch = GENERATE(1U, 8U);
  Crew crew(jobs);
  std::vector<int> taken;
  const auto take = [&](int value) -> Result<void> {
    taken.push_back(value);
    return {};
  };
  InOrder<int> work(crew, take, batch);
  Result<void> added;
  for (int i = 0; added && i < 20; ++i) {
    added = work.add([i]() -> int {
      if (i == 3) throw std::bad_alloc();
      return i;
    });
  }
  if (added) added = work.finish();
  REQUIRE_FALSE(added);
  CHECK(added.error().exit == Exit::failed);
  CHECK(added.error().what == "there is too little memory");
  CHECK(added.error().hint.find("requeue status") != std::string::npos);
  CHECK(taken == std::vector<int>{0, 1, 2});
}

TEST_CASE("A bug in a thread is told as one, with its own words", "[crew]") {
  Crew crew(2);
  InOrder<int> work(crew, [](int) -> Result<void> { return {}; });
  auto ended = work.add([]() -> int { throw std::out_of_range("seven"); });
  if (ended) ended = work.finish();  // it was not done yet when it was given
  REQUIRE_FALSE(ended);
  CHECK(ended.error().why == "seven");
}
