#include "core/crew.h"

namespace requeue {

Crew::Crew(unsigned jobs) : jobs_(jobs == 0 ? 1 : jobs) {}

Crew::~Crew() {
  {
    const std::lock_guard hold(mutex_);
    ended_ = true;
  }
  given_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Crew::give(std::function<void()> work) {
  if (jobs_ == 1) return work();
  bool wake = false;
  {
    const std::lock_guard hold(mutex_);
    waiting_.push_back(std::move(work));
    wake = idle_ > 0;
    // Most queues are small: no thread is made before there is work for it.
    if (idle_ < waiting_.size() && threads_.size() < jobs_) threads_.emplace_back([this] { work_on(); });
  }
  if (wake) given_.notify_one();
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
