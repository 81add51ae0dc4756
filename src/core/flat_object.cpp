#include "core/flat_object.h"

#include "core/json.h"

namespace requeue {
namespace {

// Ours have twenty. What a hostile line of megabytes would fill is kept for the lines behind it, by every reader.
constexpr std::size_t most_fields = 64;

}  // namespace

// What the parser calls; false ends it.
class FlatReader {
 public:
  explicit FlatReader(FlatObject& object) : object_(object) { object_.count_ = 0; }

  bool start_object(std::size_t /*elements*/) { return !std::exchange(begun_, true); }
  bool key(std::string& name) {
    if (object_.count_ == most_fields) return false;
    if (object_.count_ == object_.fields_.size()) object_.fields_.emplace_back();
    object_.fields_[object_.count_++].key.swap(name);
    return true;
  }
  bool string(std::string& text) {
    if (object_.count_ == 0) return false;  // no object
    auto& field = object_.fields_[object_.count_ - 1];
    field.text.swap(text);
    field.is_text = true;
    return true;
  }
  bool number_integer(std::int64_t number) {
    if (object_.count_ == 0) return false;
    auto& field = object_.fields_[object_.count_ - 1];
    field.integer = number;
    field.is_text = false;
    return true;
  }
  bool number_unsigned(std::uint64_t number) { return number_integer(static_cast<std::int64_t>(number)); }
  bool end_object() { return true; }

  static bool null() { return false; }
  static bool boolean(bool /*value*/) { return false; }
  static bool number_float(double /*value*/, const std::string& /*as_text*/) { return false; }
  static bool binary(Json::binary_t& /*value*/) { return false; }
  static bool start_array(std::size_t /*elements*/) { return false; }
  static bool end_array() { return false; }
  static bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& /*error*/) {
    return false;
  }

 private:
  FlatObject& object_;
  bool begun_ = false;
};

bool FlatObject::read(std::string_view line) {
  FlatReader reader(*this);
  return Json::sax_parse(line.begin(), line.end(), &reader);
}

const FlatObject::Field* FlatObject::find(std::string_view key) const {
  for (std::size_t i = count_; i > 0; --i) {
    if (fields_[i - 1].key == key) return &fields_[i - 1];
  }
  return nullptr;
}

const std::string* FlatObject::text(std::string_view key) const {
  const auto* const field = find(key);
  return field != nullptr && field->is_text ? &field->text : nullptr;
}

std::int64_t FlatObject::integer(std::string_view key, std::int64_t fallback) const {
  const auto* const field = find(key);
  return field != nullptr && !field->is_text ? field->integer : fallback;
}

}  // namespace requeue
