#include "core/crew.h"

#include <system_error>

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

}  // namespace requeue
