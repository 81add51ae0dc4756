// Of the JSON class what the program uses, by name: in a 32-bit program for Windows the unwind table of a function
// keeps the function, used or not, and the readers and writers of binary formats alone would be 100 KB of it. What is
// missing here, the linker asks for.
#include "core/json.h"

namespace {

using requeue::Json;
using List = Json::initializer_list_t;
using Text = Json::string_t;
using Kind = Json::value_t;

}  // namespace

template Json::basic_json(const Json&);
template Json::basic_json(Json&&) noexcept;
template Json::basic_json(Kind);
template Json::basic_json(List, bool, Kind);
template Json::~basic_json() noexcept;
template Json& Json::operator=(Json) noexcept;

template Json Json::array(List);
template Json Json::object(List);
template Json::iterator Json::begin() noexcept;
template Json::iterator Json::end() noexcept;
template Json::const_iterator Json::cbegin() const noexcept;
template Json::const_iterator Json::cend() const noexcept;
template Json::const_iterator Json::find(const Text&) const;
template bool Json::contains(const Text&) const;
template bool Json::operator==(Json::const_reference) const noexcept;
template bool Json::operator!=(Json::const_reference) const noexcept;
template bool Json::empty() const noexcept;
template Json::size_type Json::size() const noexcept;
template Json::size_type Json::max_size() const noexcept;
template const char* Json::type_name() const noexcept;
template void Json::push_back(Json&&);
template Json::reference Json::operator[](Text);
template Json::const_reference Json::operator[](const Text&) const;
template Json::reference Json::operator[](Json::size_type);
template Json::const_reference Json::operator[](Json::size_type) const;
template Text Json::dump(int, char, bool, Json::error_handler_t) const;
template void Json::assert_invariant(bool) const noexcept;
template void Json::json_value::destroy(Kind);
template Json::json_value::json_value(Kind);
template Json::json_value::json_value(const Json::array_t&);
template Json::json_value::json_value(const Json::object_t&);
template Json::json_value::json_value(const Json::binary_t&);
template Json::json_value::json_value(const Text&);
template Json::json_value::json_value(Text&&);
