#include "report/html_assets.h"

#include "core/base64.h"
#include "core/digest.h"

namespace requeue::report {

const std::string_view page_style = R"css(
:root { color-scheme: light; --ink: #1d2733; --soft: #5b6b7c; --line: #d7dee6; --paper: #ffffff; --wash: #f4f7fa;
  --replayed: #2f7d4f; --duplicate: #7a8b9c; --held: #b7791f; --skipped: #a3b1bf; --in_doubt: #7b3fa0;
  --failed: #b3261e; --pending: #3a6ea5; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 "Segoe UI", "Noto Sans", "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
p.lead { margin: 0 0 1rem; color: var(--soft); }
code, .hash { font-family: "Cascadia Mono", Consolas, "Liberation Mono", monospace; font-size: .87em;
  overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .55rem; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); font-size: .85rem; overflow-wrap: normal; }
.scroll td { min-width: 7rem; } .scroll td.n, .scroll td.state, .scroll td.when { min-width: 0; }
td.hash { white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.state { white-space: nowrap; }
td.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.zero { color: var(--line); }
.scroll { overflow-x: auto; } .scroll svg { min-width: 40rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.verdict { display: inline-block; padding: .3rem .8rem; border-radius: .3rem; background: var(--wash);
  border-left: 5px solid var(--replayed); margin: .5rem 0 1rem; }
.verdict.open { border-left-color: var(--held); }
tr.trouble td { color: var(--failed); }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px "Segoe UI", "Noto Sans", "Liberation Sans", Arial, sans-serif; fill: var(--ink); }
svg text.soft { fill: var(--soft); }
.replayed { fill: var(--replayed); } .duplicate { fill: var(--duplicate); } .held { fill: var(--held); }
.skipped { fill: var(--skipped); } .in_doubt { fill: var(--in_doubt); } .failed { fill: var(--failed); }
.pending { fill: var(--pending); }
.mark { display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin-right: .45em; }
.mark.replayed { background: var(--replayed); } .mark.duplicate { background: var(--duplicate); }
.mark.held { background: var(--held); } .mark.skipped { background: var(--skipped); }
.mark.in_doubt { background: var(--in_doubt); } .mark.failed { background: var(--failed); }
.mark.pending { background: var(--pending); }
.tools { display: none; gap: .75rem; align-items: center; margin: 0 0 .6rem; flex-wrap: wrap; }
.scripted .tools { display: flex; }
.tools input { font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .3rem;
  min-width: 18rem; max-width: 100%; }
.tools output { color: var(--soft); }
#messages { font-size: .87rem; }
#messages th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
#messages th[aria-sort="ascending"] button::after { content: " \25B2"; }
#messages th[aria-sort="descending"] button::after { content: " \25BC"; }
footer { margin-top: 3rem; color: var(--soft); font-size: .87rem; }
@media (max-width: 40rem) { body { padding: 1rem .75rem 3rem; } .facts { grid-template-columns: 1fr; }
  .facts dd { margin-bottom: .4rem; } .tools input { min-width: 0; width: 100%; } }
@media print { body { max-width: none; padding: 0; font-size: 11px; } .tools { display: none !important; }
  h2 { break-after: avoid; } tr { break-inside: avoid; } }
)css";

const std::string_view page_script = R"js(
(function () {
  "use strict";
  var table = document.getElementById("messages");
  if (!table || !table.tBodies.length) return;
  document.documentElement.classList.add("scripted");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var input = document.getElementById("search");
  var shown = document.getElementById("shown");
  var waiting = 0;
  function search() {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    rows.forEach(function (row, i) {
      var hit = words.every(function (word) { return texts[i].indexOf(word) >= 0; });
      if (row.hidden === hit) row.hidden = !hit;
      if (hit) count += 1;
    });
    shown.textContent = count + " of " + rows.length;
  }
  input.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  search();
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    cell.textContent = "";
    cell.appendChild(button);
    button.addEventListener("click", function () {
      var down = cell.getAttribute("aria-sort") === "ascending";
      var numeric = cell.className === "n";
      var keys = rows.map(function (row, i) {
        var text = row.cells[column].textContent;
        return { key: numeric ? Number(text) : text.toLowerCase(), at: i };
      });
      keys.sort(function (a, b) { return a.key < b.key ? -1 : a.key > b.key ? 1 : a.at - b.at; });
      if (down) keys.reverse();
      var order = keys.map(function (each) { return rows[each.at]; });
      texts = keys.map(function (each) { return texts[each.at]; });
      rows = order;
      rows.forEach(function (row) { body.appendChild(row); });
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    });
  });
})();
)js";

std::string content_security_policy() {
  const auto allowed = [](std::string_view part) {
    Sha256 digest;
    digest.update(part);
    const auto bytes = digest.finish();
    return "'sha256-" + base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) + "'";
  };
  return "default-src 'none'; style-src " + allowed(page_style) + "; script-src " + allowed(page_script) +
         "; base-uri 'none'; form-action 'none'";
}

}  // namespace requeue::report
