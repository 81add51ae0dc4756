// The fields of a JSON object of texts and integers, read without a tree of values: for files of a line a message, each
// of which is read several times in a run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace requeue {

// Read into again and again, it keeps its memory.
class FlatObject {
 public:
  // False: it is no object, or holds anything else than texts and integers, or more than 64 fields. Then parse_object()
  // (core/json.h) can tell.
  bool read(std::string_view line);

  // As there: of two fields with one key the last counts. Null, or the fallback, when absent or of the other kind.
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  [[nodiscard]] const std::string* text(std::string_view key) const;
  // One beyond the signed range wraps, as integer_of() does.
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback = 0) const;

 private:
  friend class FlatReader;
  struct Field {
    std::string key;
    std::string text;
    std::int64_t integer = 0;
    bool is_text = false;
  };
  [[nodiscard]] const Field* find(std::string_view key) const;

  std::vector<Field> fields_;
  std::size_t count_ = 0;  // of fields_; those behind are kept for their memory
};

}  // namespace requeue
