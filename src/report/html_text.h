// The one place where text becomes HTML. Nothing from mail, disk or journal reaches a page but through text().
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"

namespace requeue::report {

// `text` as records have it (escape_bytes): markup characters as entities, and what could mislead the eye (control
// characters, bidirectional marks) written out as \xNN or \u{NNNN}. Safe as an element's text and as a quoted
// attribute.
std::string html_escaped(std::string_view text);

// A page being written. Markup is ours and literal; everything else goes through text().
class HtmlWriter {
 public:
  explicit HtmlWriter(ByteWriter& out) : out_(out) {}

  HtmlWriter& markup(std::string_view ours);
  HtmlWriter& text(std::string_view foreign);
  HtmlWriter& number(std::uint64_t value);
  // <tag class="...">text</tag>; no class when empty.
  HtmlWriter& element(std::string_view tag, std::string_view foreign, std::string_view css_class = {});
  // Everything so far is written; the first failure of any write so far.
  Result<void> flush();

 private:
  void pour_when_full();
  ByteWriter& out_;
  std::string pending_;
  Result<void> failed_;
};

}  // namespace requeue::report
