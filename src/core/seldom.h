// Parts of a value that few of many values have: the others pay one pointer for them.
#pragma once

#include <memory>

namespace requeue {

template <class T>
class Seldom {
 public:
  Seldom() = default;
  Seldom(const Seldom& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Seldom(Seldom&&) noexcept = default;
  Seldom& operator=(const Seldom& other) {
    if (this != &other) value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
    return *this;
  }
  Seldom& operator=(Seldom&&) noexcept = default;
  ~Seldom() = default;

  // Without a value: an empty one, to read.
  const T* operator->() const {
    static const T none{};
    return value_ ? value_.get() : &none;
  }
  // To write.
  T& make() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }
  [[nodiscard]] bool any() const { return value_ != nullptr; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace requeue
