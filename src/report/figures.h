// What the report shows as charts: counted in one pass over the manifest, with bounded memory.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/time.h"

namespace requeue::report {

// How long a message had waited when the snapshot was taken: at most so many hours, the last one for all older ones.
struct AgeClass {
  std::string_view name;
  std::int64_t hours;
};
inline constexpr std::array<AgeClass, 7> age_classes{
    {{"1 h", 1}, {"4 h", 4}, {"12 h", 12}, {"1 d", 24}, {"2 d", 48}, {"4 d", 96}, {"older", -1}}};

inline constexpr std::array<std::string_view, 7> dispositions{"replayed", "duplicate", "held",   "skipped",
                                                              "in_doubt", "failed",    "pending"};

struct DomainFigures {
  std::uint64_t messages = 0;
  std::array<std::uint64_t, age_classes.size()> by_age{};
  std::array<std::uint64_t, dispositions.size()> by_disposition{};
};

class Figures {
 public:
  explicit Figures(Timestamp snapshot_taken) : taken_(snapshot_taken) {}
  // A manifest record. It counts once for each domain among its recipients.
  void see(const Json& record);

  // The domains with the most messages, at most `most`; the others summed under "(others)".
  [[nodiscard]] std::vector<std::pair<std::string, DomainFigures>> domains(std::size_t most) const;
  [[nodiscard]] std::uint64_t of(std::string_view disposition) const;
  [[nodiscard]] std::uint64_t replayed_by_smtp() const { return by_smtp_; }  // of("replayed") has them, too
  [[nodiscard]] std::uint64_t found() const { return found_; }
  // Held, failed and in doubt: what a person must look at. At most `most_open` are kept.
  [[nodiscard]] const std::vector<Json>& open() const { return open_; }
  [[nodiscard]] std::uint64_t open_count() const { return open_count_; }
  static constexpr std::size_t most_open = 2000;

 private:
  Timestamp taken_;
  std::map<std::string, DomainFigures> domains_;
  std::array<std::uint64_t, dispositions.size()> totals_{};
  std::uint64_t found_ = 0, open_count_ = 0, by_smtp_ = 0;
  std::vector<Json> open_;
};

}  // namespace requeue::report
