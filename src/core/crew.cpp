#include "core/crew.h"

namespace requeue {

Crew::Crew(unsigned jobs) : jobs_(jobs == 0 ? 1 : jobs) {
  if (jobs_ == 1) return;
  threads_.reserve(jobs_);
  for (unsigned i = 0; i < jobs_; ++i) threads_.emplace_back([this] { work_on(); });
}

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
  {
    const std::lock_guard hold(mutex_);
    waiting_.push_back(std::move(work));
  }
  given_.notify_one();
}

void Crew::work_on() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock hold(mutex_);
      given_.wait(hold, [&] { return ended_ || !waiting_.empty(); });
      if (ended_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace requeue
