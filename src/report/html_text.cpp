#include "report/html_text.h"

#include "core/text.h"

namespace requeue::report {
namespace {

constexpr std::size_t poured_at = std::size_t{64} * 1024;

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(unescape_bytes(text))) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

HtmlWriter& HtmlWriter::markup(std::string_view ours) {
  pending_ += ours;
  pour_when_full();
  return *this;
}

HtmlWriter& HtmlWriter::text(std::string_view foreign) {
  return markup(html_escaped(foreign));
}

HtmlWriter& HtmlWriter::number(std::uint64_t value) {
  return markup(std::to_string(value));
}

HtmlWriter& HtmlWriter::element(std::string_view tag, std::string_view foreign, std::string_view css_class) {
  markup("<").markup(tag);
  if (!css_class.empty()) markup(" class=\"").markup(css_class).markup("\"");
  return markup(">").text(foreign).markup("</").markup(tag).markup(">");
}

void HtmlWriter::pour_when_full() {
  if (pending_.size() >= poured_at && failed_) failed_ = out_.write(pending_);
  if (pending_.size() >= poured_at) pending_.clear();
}

Result<void> HtmlWriter::flush() {
  if (failed_ && !pending_.empty()) failed_ = out_.write(pending_);
  pending_.clear();
  return failed_;
}

}  // namespace requeue::report
