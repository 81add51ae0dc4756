#include "report/html_charts.h"

#include <algorithm>

namespace requeue::report {
namespace {

constexpr std::size_t shown_domains = 15;
constexpr std::uint64_t width = 1000;

using ByDisposition = std::array<std::uint64_t, dispositions.size()>;

// The parts of a bar from `left`, `length` long in all for `whole`. Empty parts are left out; a part is never
// invisible.
void parted_bar(HtmlWriter& page, const ByDisposition& parts, std::uint64_t whole, std::uint64_t left,
                std::uint64_t length, std::uint64_t top, std::uint64_t height) {
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0 || whole == 0) continue;
    const auto from = left + length * before / whole;
    before += parts[i];
    const auto to = std::max(left + length * before / whole, from + 2);
    page.markup("<rect class=\"").markup(dispositions[i]).markup("\" x=\"").number(from).markup("\" y=\"").number(top);
    page.markup("\" width=\"").number(to - from).markup("\" height=\"").number(height).markup("\"><title>");
    page.text(dispositions[i]).markup(": ").number(parts[i]).markup("</title></rect>");
  }
}

void open_picture(HtmlWriter& page, std::uint64_t height, std::string_view label) {
  page.markup("<svg viewBox=\"0 0 ").number(width).markup(" ").number(height).markup("\" role=\"img\" aria-label=\"");
  page.text(label).markup("\">");
}

}  // namespace

void balance_chart(HtmlWriter& page, const Figures& figures) {
  ByDisposition totals{};
  for (std::size_t i = 0; i < totals.size(); ++i) totals[i] = figures.of(dispositions[i]);
  open_picture(page, 36, "What became of the messages found");
  parted_bar(page, totals, figures.found(), 0, width, 4, 28);
  page.markup("</svg>\n");
}

void domain_chart(HtmlWriter& page, const Figures& figures) {
  const auto domains = figures.domains(shown_domains);
  std::uint64_t most = 1;
  for (const auto& [name, domain] : domains) most = std::max(most, domain.messages);
  constexpr std::uint64_t row = 22;
  constexpr std::uint64_t names = 300;
  constexpr std::uint64_t bars = 600;
  page.markup("<div class=\"scroll\">");
  open_picture(page, row * domains.size() + 4, "Recipient domains, by what became of their messages");
  std::uint64_t top = 2;
  for (const auto& [name, domain] : domains) {
    auto shown = name.size() > 42 ? name.substr(0, 40) + ".." : name;
    page.markup("<text x=\"").number(names - 8).markup("\" y=\"").number(top + 15).markup("\" text-anchor=\"end\">");
    page.text(shown).markup("</text>");
    const auto length = std::max<std::uint64_t>(bars * domain.messages / most, 2);
    parted_bar(page, domain.by_disposition, domain.messages, names, length, top + 3, row - 6);
    page.markup("<text class=\"soft\" x=\"")
        .number(names + length + 8)
        .markup("\" y=\"")
        .number(top + 15)
        .markup("\">");
    page.number(domain.messages).markup("</text>");
    top += row;
  }
  page.markup("</svg></div>\n");
}

void age_table(HtmlWriter& page, const Figures& figures) {
  page.markup("<div class=\"scroll\"><table><thead><tr><th>recipient domain</th><th class=\"n\">messages</th>");
  for (const auto& age : age_classes) page.element("th", age.hours < 0 ? "older" : "< " + std::string(age.name), "n");
  page.markup("</tr></thead><tbody>\n");
  for (const auto& [name, domain] : figures.domains(shown_domains)) {
    page.markup("<tr>").element("td", name).element("td", std::to_string(domain.messages), "n");
    for (const auto count : domain.by_age) page.element("td", std::to_string(count), count == 0 ? "n zero" : "n");
    page.markup("</tr>\n");
  }
  page.markup("</tbody></table></div>\n");
}

}  // namespace requeue::report
