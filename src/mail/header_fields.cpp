#include "mail/header_fields.h"

#include <algorithm>
#include <exception>

#include <mimetic/mimetic.h>

#include "core/text.h"

namespace requeue::mail {
namespace {

std::string one_line(std::string value) {
  value.erase(std::remove_if(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n'; }), value.end());
  return std::string(trim(value));
}

}  // namespace

// Only name() and value() of the generic fields are asked for. The typed accessors invent a Message-ID, throw on a
// group without members and rewrite what is stored; and the body must never reach mimetic, which recurses once a nested
// part.
std::vector<Field> parse_fields(const std::string& sanitised) {
  std::vector<Field> fields;
  try {
    using mimetic::imBody, mimetic::imChildParts, mimetic::imEpilogue, mimetic::imPreamble;
    const mimetic::MimeEntity entity(sanitised.begin(), sanitised.end(),
                                     imBody | imChildParts | imPreamble | imEpilogue);
    for (const auto& field : entity.header()) {
      fields.push_back({std::string(field.name().c_str(), field.name().size()), one_line(field.value())});
    }
  } catch (const std::exception&) {
    fields.clear();
  }
  return fields;
}

}  // namespace requeue::mail
