#include "core/crew.h"

#include <algorithm>
#include <system_error>

#include "core/unexpected.h"

namespace requeue {

Crew::Crew(unsigned jobs) : jobs_(jobs == 0 ? 1 : jobs), most_(jobs_) {}

Crew::~Crew() {
  {
    const std::lock_guard hold(mutex_);
    ended_ = true;
  }
  given_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Crew::give(std::function<void()> work) {
  if (jobs_ == 1 || alone_) return work();
  bool wake = false;
  bool here = false;
  {
    const std::lock_guard hold(mutex_);
    // Most queues are small: no thread is made before there is work for it.
    if (idle_ <= waiting_.size() && threads_.size() < most_) make_thread();
    here = alone_;
    if (!here) waiting_.push_back(std::move(work));
    wake = idle_ > 0;
  }
  if (here) return work();
  if (wake) given_.notify_one();
}

// An account may have few threads, and little memory for them: the work goes on with those that there are.
void Crew::make_thread() {
  try {
    threads_.emplace_back([this] { work_on(); });
  } catch (const std::system_error&) {
    most_ = threads_.size();
    alone_ = most_ < 2;
  }
}

void Crew::work_on() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock hold(mutex_);
      ++idle_;
      given_.wait(hold, [&] { return ended_ || !waiting_.empty(); });
      --idle_;
      if (ended_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

OrderedWork::OrderedWork(Crew& crew, std::size_t batch)
    : crew_(crew),
      batch_size_(crew.jobs() == 1 ? 1 : batch),
      depth_(crew.jobs() == 1 ? 1 : std::size_t{crew.jobs()} * 4) {}

OrderedWork::~OrderedWork() {
  std::unique_lock hold(bell_->mutex);
  for (auto& batch : batches_) wait_for(batch, hold);
}

Result<void> OrderedWork::add(std::function<void()> work, std::function<Result<void>()> take) {
  coming_.push_back({std::move(work), std::move(take)});
  return coming_.size() < batch_size_ ? Result<void>() : give();
}

Result<void> OrderedWork::finish() {
  if (!coming_.empty()) REQUEUE_CHECK(give());
  while (!batches_.empty()) REQUEUE_CHECK(take_first());
  return {};
}

Result<void> OrderedWork::give() {
  while (batches_.size() >= depth_) REQUEUE_CHECK(take_first());
  auto& batch = batches_.emplace_back();
  batch.pieces = std::exchange(coming_, {});
  const bool any =
      std::any_of(batch.pieces.begin(), batch.pieces.end(), [](const Piece& piece) { return !!piece.work; });
  if (any) {
    start(batch);
  } else {
    batch.worked = batch.pieces.size();
    batch.done = true;
  }
  return crew_.jobs() == 1 ? take_first() : take_ready();
}

void OrderedWork::start(Batch& batch) {
  try {
    crew_.give([bell = bell_, &batch] {
      batch.work();
      const std::lock_guard hold(bell->mutex);
      batch.done = true;
      if (bell->awaited == &batch) bell->done.notify_one();
    });
  } catch (...) {
    batches_.pop_back();  // nobody has it, and whoever waits for it would wait for ever
    throw;
  }
}

void OrderedWork::Batch::work() {
  try {
    for (; worked < pieces.size(); ++worked) {
      auto piece = std::exchange(pieces[worked].work, nullptr);  // what it holds goes with it
      if (piece) piece();
    }
  } catch (...) {
    thrown = std::current_exception();
  }
}

Result<void> OrderedWork::take_ready() {
  while (!batches_.empty()) {
    {
      const std::lock_guard hold(bell_->mutex);
      if (!batches_.front().done) return {};
    }
    REQUEUE_CHECK(take_first());
  }
  return {};
}

Result<void> OrderedWork::take_first() {
  {
    std::unique_lock hold(bell_->mutex);
    wait_for(batches_.front(), hold);
  }
  const Batch first = std::move(batches_.front());
  batches_.pop_front();
  for (std::size_t i = 0; i < first.worked; ++i) REQUEUE_CHECK(first.pieces[i].take());
  return first.thrown ? Result<void>(failure(error_of(first.thrown))) : Result<void>();
}

void OrderedWork::wait_for(const Batch& batch, std::unique_lock<std::mutex>& hold) {
  bell_->awaited = &batch;
  bell_->done.wait(hold, [&] { return batch.done; });
  bell_->awaited = nullptr;
}

}  // namespace requeue
