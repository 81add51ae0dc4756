// The report's pictures, as inline SVG: shapes with classes, no style and no script of their own.
#pragma once

#include "report/figures.h"
#include "report/html_text.h"

namespace requeue::report {

// One bar: what became of all messages.
void balance_chart(HtmlWriter& page, const Figures& figures);
// A bar for each recipient domain, parted by disposition.
void domain_chart(HtmlWriter& page, const Figures& figures);
// Recipient domains by age at the time of the snapshot.
void age_table(HtmlWriter& page, const Figures& figures);

}  // namespace requeue::report
