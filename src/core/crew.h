// Several pieces of work at once. Reading many small files is a matter of waiting: a disk asked for sixteen at a time
// answers sooner than one that is asked for each in its turn.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/unexpected.h"

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

// Work whose results are taken by the giving thread, in the order in which it was given; at most `depth` are under way
// or not taken yet, which bounds the memory. After a failure of `take` nothing more is to be added. Work that throws
// (too little memory) is a failure of its turn.
template <class Out>
class InOrder {
 public:
  InOrder(Crew& crew, std::function<Result<void>(Out)> take)
      : crew_(crew), take_(std::move(take)), depth_(crew.jobs() == 1 ? 1 : std::size_t{crew.jobs()} * 4) {}
  // What is under way refers to what its giver owns.
  ~InOrder() { wait_for_all(); }
  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;

  Result<void> add(std::function<Out()> work) {
    while (slots_.size() >= depth_) REQUEUE_CHECK(take_first());
    slots_.emplace_back();  // a deque: what stands in it does not move
    Slot& slot = slots_.back();
    try {
      crew_.give([bell = bell_, &slot, work = std::move(work)] {
        std::optional<Out> out;
        std::exception_ptr thrown;
        try {
          out.emplace(work());
        } catch (...) {
          thrown = std::current_exception();
        }
        const std::lock_guard hold(bell->mutex);
        slot.out = std::move(out);
        slot.thrown = thrown;
        if (bell->awaited == &slot) bell->done.notify_one();
      });
    } catch (...) {
      slots_.pop_back();  // nobody has it, and whoever waits for it would wait for ever
      throw;
    }
    if (crew_.jobs() == 1) return take_first();
    return take_ready();
  }

  // What needed no work, in its turn.
  Result<void> add_done(Out out) {
    while (slots_.size() >= depth_) REQUEUE_CHECK(take_first());
    slots_.push_back({std::move(out), nullptr});
    return take_ready();
  }

  Result<void> finish() {
    while (!slots_.empty()) REQUEUE_CHECK(take_first());
    return {};
  }

 private:
  struct Slot {
    std::optional<Out> out;
    std::exception_ptr thrown;  // in place of it
    [[nodiscard]] bool done() const { return out.has_value() || thrown != nullptr; }
  };
  // Outlives the giver by as long as the last worker needs to let go of it.
  struct Bell {
    std::mutex mutex;
    std::condition_variable done;
    const Slot* awaited = nullptr;  // by the giver
  };

  Result<void> take_ready() {
    while (!slots_.empty()) {
      {
        const std::lock_guard hold(bell_->mutex);
        if (!slots_.front().done()) return {};
      }
      REQUEUE_CHECK(take_first());
    }
    return {};
  }

  Result<void> take_first() {
    {
      std::unique_lock hold(bell_->mutex);
      wait_for(slots_.front(), hold);
    }
    Slot first = std::move(slots_.front());
    slots_.pop_front();
    if (first.thrown) return failure(error_of(first.thrown));
    return take_(std::move(*first.out));
  }

  void wait_for_all() {
    std::unique_lock hold(bell_->mutex);
    for (auto& slot : slots_) wait_for(slot, hold);
  }

  void wait_for(const Slot& slot, std::unique_lock<std::mutex>& hold) {
    bell_->awaited = &slot;
    bell_->done.wait(hold, [&] { return slot.done(); });
    bell_->awaited = nullptr;
  }

  Crew& crew_;
  std::function<Result<void>(Out)> take_;
  std::size_t depth_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::deque<Slot> slots_;
};

// The same for small work, given to a thread some pieces at a time: to wake one for each costs as much as the reading
// of a small file. What is given may so wait for the next piece, or for finish().
template <class Out>
class InBatches {
 public:
  InBatches(Crew& crew, std::function<Result<void>(Out)> take)
      : take_(std::move(take)),
        size_(crew.jobs() == 1 ? 1 : 8),
        in_order_(crew, [this](std::vector<Out> done) -> Result<void> {
          for (auto& out : done) REQUEUE_CHECK(take_(std::move(out)));
          return {};
        }) {}

  Result<void> add(std::function<Out()> work) {
    any_work_ = true;
    batch_.push_back({std::move(work), std::nullopt});
    return batch_.size() < size_ ? Result<void>() : give();
  }

  Result<void> add_done(Out out) {
    batch_.push_back({{}, std::move(out)});
    return batch_.size() < size_ ? Result<void>() : give();
  }

  Result<void> finish() {
    if (!batch_.empty()) REQUEUE_CHECK(give());
    return in_order_.finish();
  }

 private:
  struct Piece {
    std::function<Out()> work;
    std::optional<Out> out;  // none: to be worked out
  };

  static std::vector<Out> done(std::vector<Piece>& batch) {
    std::vector<Out> out;
    out.reserve(batch.size());
    for (auto& piece : batch) out.push_back(piece.out ? std::move(*piece.out) : piece.work());
    return out;
  }

  Result<void> give() {
    auto batch = std::make_shared<std::vector<Piece>>(std::exchange(batch_, {}));
    if (!std::exchange(any_work_, false)) return in_order_.add_done(done(*batch));
    return in_order_.add([batch] { return done(*batch); });
  }

  std::function<Result<void>(Out)> take_;
  std::size_t size_;
  std::vector<Piece> batch_;
  bool any_work_ = false;  // in the batch
  InOrder<std::vector<Out>> in_order_;
};

}  // namespace requeue
