// A recovery folder seen without being opened: what an audit reads even where the journal is damaged, which opening
// refuses.
#pragma once

#include <string>

#include "recovery/recovery.h"

namespace requeue::report {

class ReadOnlyRecovery final : public recovery::Recovery {
 public:
  // Both must outlive it.
  ReadOnlyRecovery(files::Tree& tree, const recovery::State& state, std::string head, std::int64_t records)
      : tree_(tree), state_(state), head_(std::move(head)), records_(records) {}

  [[nodiscard]] files::Tree& tree() override { return tree_; }
  [[nodiscard]] const recovery::State& state() const override { return state_; }
  [[nodiscard]] const std::string& head() const override { return head_; }
  [[nodiscard]] std::int64_t records() const override { return records_; }
  [[nodiscard]] const std::string& boot() const override { return boot_; }
  Result<void> record(std::string_view event, const Json& fields) override;
  Result<void> flush() override;
  Result<std::string> record_details(const Json& fields) override;
  Result<std::string> record_rendered_details(std::string_view fields) override;
  Result<void> flush_details() override;
  Result<void> end(Exit exit, const Json& counts) override;

 private:
  files::Tree& tree_;
  const recovery::State& state_;
  std::string head_;
  std::int64_t records_;
  std::string boot_;  // never asked of a reading
};

}  // namespace requeue::report
