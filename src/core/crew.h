// Several pieces of work at once. Reading many small files is a matter of waiting: a disk asked for sixteen at a time
// answers sooner than one that is asked for each in its turn.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"

namespace requeue {

// Threads that do what they are given. With one job there is no thread: whoever gives work does it, at once, so that
// the order of calls is the order of the program (dry runs, tests, and whoever asked for it with --jobs 1).
class Crew {
 public:
  explicit Crew(unsigned jobs);
  ~Crew();  // waits for what was begun; what was not is dropped
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  [[nodiscard]] unsigned jobs() const { return jobs_; }
  // `work` must not throw: in a thread of its own that would end the program, and leave the service stopped.
  void give(std::function<void()> work);

 private:
  void work_on();
  void make_thread();

  const unsigned jobs_;
  std::mutex mutex_;
  std::size_t most_;  // threads
  std::condition_variable given_;
  std::deque<std::function<void()>> waiting_;
  unsigned idle_ = 0;  // threads that wait for work: only then is there anybody to wake
  // The system gives no threads, or only one, which must not wait for work that it gave itself: whoever gives does it.
  std::atomic<bool> alone_ = false;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

// Pieces of work, each followed by its taking: the work by any thread, the taking by the thread that gives, in the
// order in which it was given. At most a bounded number of pieces are under way or not taken yet, which bounds the
// memory. After a failure of a taking nothing more is to be added. Work that throws (too little memory) is a failure of
// its turn.
class OrderedWork {
 public:
  // `batch`: how many pieces a thread is given at a time. What is given may wait for the next piece, or for finish().
  OrderedWork(Crew& crew, std::size_t batch);
  ~OrderedWork();  // what is under way refers to what its giver owns, and is waited for
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  // No `work`: only to be taken in its turn.
  Result<void> add(std::function<void()> work, std::function<Result<void>()> take);
  Result<void> finish();

 private:
  struct Piece {
    std::function<void()> work;
    std::function<Result<void>()> take;
  };
  struct Batch {
    std::vector<Piece> pieces;
    std::size_t worked = 0;     // so many of them, from the first
    std::exception_ptr thrown;  // by the one behind them
    bool done = false;
    void work();
  };
  // Outlives the giver by as long as the last worker needs to let go of it.
  struct Bell {
    std::mutex mutex;
    std::condition_variable done;
    const Batch* awaited = nullptr;  // by the giver
  };

  Result<void> give();
  void start(Batch& batch);
  Result<void> take_ready();
  Result<void> take_first();
  void wait_for(const Batch& batch, std::unique_lock<std::mutex>& hold);

  Crew& crew_;
  std::size_t batch_size_;
  std::size_t depth_;
  std::vector<Piece> coming_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::deque<Batch> batches_;  // a deque: what stands in it does not move
};

// To wake a thread costs as much as the reading of a small file: work of that kind is given some pieces at a time.
inline constexpr std::size_t small_work = 8;

// The same for work that gives a value, and one way of taking all of them.
template <class Out>
class InOrder {
 public:
  InOrder(Crew& crew, std::function<Result<void>(Out)> take, std::size_t batch = 1)
      : take_(std::move(take)), work_(crew, batch) {}

  Result<void> add(std::function<Out()> work) {
    auto out = std::make_shared<std::optional<Out>>();
    return work_.add([out, work = std::move(work)] { out->emplace(work()); },
                     [this, out] { return take_(std::move(**out)); });
  }

  // What needed no work, in its turn.
  Result<void> add_done(Out done) {
    auto out = std::make_shared<std::optional<Out>>(std::move(done));
    return work_.add({}, [this, out] { return take_(std::move(**out)); });
  }

  Result<void> finish() { return work_.finish(); }

 private:
  std::function<Result<void>(Out)> take_;
  OrderedWork work_;
};

}  // namespace requeue
