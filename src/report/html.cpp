#include "report/html.h"

#include <cstdio>

#include "core/text.h"
#include "replay/rule_words.h"
#include "report/html_assets.h"
#include "report/html_charts.h"
#include "report/html_text.h"

namespace requeue::report {
namespace {

class Page {
 public:
  Page(recovery::Recovery& recovery, const Told& told, Manifest& manifest, const Figures& figures, ByteWriter& out,
       const Redaction* redaction)
      : recovery_(recovery),
        timeline_(told.timeline),
        manifest_(manifest),
        figures_(figures),
        page_(out),
        redaction_(redaction) {}

  Result<void> write() {
    head();
    what_happened();
    balance();
    domains();
    open_messages();
    REQUEUE_CHECK(all_messages());
    how_to_check();
    page_.markup("<script>").markup(page_script).markup("</script>\n</body>\n</html>\n");
    return page_.flush();
  }

 private:
  // A name of this house.
  [[nodiscard]] std::string own(std::string_view kind, const std::string& name) const {
    return redaction_ != nullptr ? redaction_->text(kind, name) : name;
  }

  void head() {
    const auto& state = recovery_.state();
    const auto where = state.mailroot.empty() ? std::string("an adopted backup") : own("mailroot", state.mailroot);
    page_.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page_.markup("<meta http-equiv=\"Content-Security-Policy\" content=\"").markup(content_security_policy());
    page_.markup("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page_.markup("<meta name=\"referrer\" content=\"no-referrer\">\n<title>Mail queue recovery ").text(state.id);
    page_.markup("</title>\n<style>").markup(page_style).markup("</style>\n</head>\n<body>\n");
    page_.markup("<h1>Mail queue recovery</h1>\n<p class=\"lead\">").text(where).markup("</p>\n");
    verdict();
    facts();
  }

  void verdict() {
    const auto open = figures_.open_count() + figures_.of("pending");
    page_.markup(open == 0 ? "<p class=\"verdict\">" : "<p class=\"verdict open\">");
    page_.number(figures_.found()).markup(" messages found, ").markup(handed_over());
    if (open == 0) {
      page_.markup("Nothing is left open.");
    } else {
      page_.number(open).markup(open == 1 ? " message is still open." : " messages are still open.");
    }
    page_.markup("</p>\n");
  }

  // To a Pickup, by SMTP, or some of each.
  [[nodiscard]] std::string handed_over() const {
    const auto by_smtp = figures_.replayed_by_smtp();
    const auto into_pickup = figures_.of("replayed") - by_smtp;
    std::string words;
    if (into_pickup != 0 || by_smtp == 0) words = std::to_string(into_pickup) + " handed to Pickup";
    if (by_smtp != 0) words += (words.empty() ? "" : ", ") + std::to_string(by_smtp) + " taken in by an SMTP server";
    return words + ". ";
  }

  void facts() {
    const auto& about = timeline_.circumstances;
    page_.markup("<dl class=\"facts\">\n");
    fact("recovery", recovery_.state().id);
    fact("server", own("host", about.host) + (about.os.empty() ? "" : ", " + about.os));
    fact("account", own("account", about.account));
    fact("operator", own("operator", about.operator_name));
    fact("change ticket", about.ticket);
    fact("stage", recovery::to_string(recovery_.state().stage()));
    fact("tool", "requeue " + about.version);
    fact("all times", "UTC");
    page_.markup("</dl>\n");
  }

  void fact(std::string_view name, std::string_view value) {
    if (!value.empty()) page_.element("dt", name).element("dd", value).markup("\n");
  }

  void what_happened() {
    page_.markup("<h2>What happened</h2>\n<p class=\"lead\">");
    if (const auto seconds = timeline_.downtime()) {
      char text[64];
      std::snprintf(text, sizeof text, "%.1f", *seconds);
      page_.markup("The service stood still for ").markup(text).markup(" seconds, from its stop to its start.");
    } else {
      page_.markup("How long the service stood still is not in the record: requeue did not both stop and start it.");
    }
    page_.markup(
        "</p>\n<div class=\"scroll\"><table><thead><tr><th>time (UTC)</th><th>step</th></tr></thead><tbody>\n");
    for (const auto& moment : timeline_.moments) {
      page_.markup(moment.trouble ? "<tr class=\"trouble\">" : "<tr>");
      page_.element("td", to_iso8601(moment.time), "when").element("td", moment.what).markup("</tr>\n");
    }
    page_.markup("</tbody></table></div>\n");
  }

  void balance() {
    page_.markup("<h2>The balance</h2>\n");
    balance_chart(page_, figures_);
    page_.markup("<table><thead><tr><th>what became of them</th><th class=\"n\">messages</th></tr></thead><tbody>\n");
    for (const auto name : dispositions) {
      page_.markup("<tr><td><span class=\"mark ").markup(name).markup("\"></span>").text(name).markup("</td>");
      page_.element("td", std::to_string(figures_.of(name)), "n").markup("</tr>\n");
    }
    page_.markup("<tr>").element("td", "found").element("td", std::to_string(figures_.found()), "n");
    page_.markup("</tr>\n</tbody></table>\n");
  }

  void domains() {
    if (figures_.found() == 0) return;
    page_.markup("<h2>Recipient domains</h2>\n");
    domain_chart(page_, figures_);
    page_.markup("<h2>How long they had waited when the snapshot was taken</h2>\n");
    age_table(page_, figures_);
  }

  void open_messages() {
    if (figures_.open_count() == 0) return;
    page_.markup(
        "<h2>What needs a person</h2>\n<div class=\"scroll\"><table><thead><tr><th>message</th><th>state</th>");
    page_.markup("<th>why</th><th>what to do</th></tr></thead><tbody>\n");
    for (const auto& record : figures_.open()) open_message(record);
    page_.markup("</tbody></table></div>\n");
    const auto more = figures_.open_count() - figures_.open().size();
    if (more != 0) page_.markup("<p>And ").number(more).markup(" more, in the table below.</p>\n");
  }

  void open_message(const Json& record) {
    const auto disposition = text_of(record, "disposition");
    const auto rule = text_of(record, "rule");
    const auto words = replay::words_of(rule);
    std::string to_do(words.way_out);
    // A copy of one in doubt is never put back: the service would send it.
    if (disposition == "held" && rule != "copy_in_doubt")
      to_do += std::string(to_do.empty() ? "" : "; ") + "on the same server: restore --held";
    if (disposition == "in_doubt") to_do = "look whether it arrived, then: replay --resolve sent|not-sent SOURCE";
    if (disposition == "failed" && to_do.empty()) to_do = "run the replay again";
    page_.markup("<tr><td><code>").text(text_of(record, "source")).markup("</code><br>");
    page_.text(text_of(record, "subject"))
        .markup("</td><td class=\"state\"><span class=\"mark ")
        .markup(known(disposition));
    page_.markup("\"></span>").text(disposition).markup("</td>");
    page_.element("td", std::string(words.means) + " (" + rule + ")").element("td", to_do).markup("</tr>\n");
  }

  // Only a name of ours may become a class.
  static std::string_view known(std::string_view disposition) {
    for (const auto name : dispositions) {
      if (name == disposition) return name;
    }
    return "pending";
  }

  Result<void> all_messages() {
    page_.markup("<h2>All messages</h2>\n<div class=\"tools\"><label for=\"search\">Search</label> ");
    page_.markup("<input id=\"search\" type=\"search\" autocomplete=\"off\"> <output id=\"shown\"></output></div>\n");
    page_.markup("<div class=\"scroll\"><table id=\"messages\"><thead><tr><th class=\"n\">no.</th><th>source</th>");
    page_.markup("<th>from</th><th>recipients</th><th>subject</th><th>arrival</th><th>state</th><th>rule</th>");
    page_.markup("<th>sha256</th></tr></thead><tbody>\n");
    const auto visit = [&](const Json& record) -> Result<void> {
      message(redaction_ != nullptr ? redaction_->record(record) : record);
      return {};
    };
    REQUEUE_TRY([[maybe_unused]] const auto counts, manifest_.each(visit));
    page_.markup("</tbody></table></div>\n");
    return {};
  }

  void message(const Json& record) {
    page_.markup("<tr>").element("td", std::to_string(integer_of(record, "seq")), "n");
    page_.markup("<td><code>").text(text_of(record, "source")).markup("</code></td>");
    page_.element("td", text_of(record, "envelope_sender")).element("td", recipients_of(record));
    page_.element("td", text_of(record, "subject")).element("td", text_of(record, "arrival"), "when");
    page_.element("td", text_of(record, "disposition"), "state").element("td", text_of(record, "rule"));
    page_.element("td", text_of(record, "sha256").substr(0, 16), "hash").markup("</tr>\n");
  }

  static std::string recipients_of(const Json& record) {
    std::string all;
    const auto found = record.find("envelope_recipients");
    if (found == record.end() || !found->is_array()) return all;
    for (const auto& each : *found) {
      if (each.is_string()) all += (all.empty() ? "" : ", ") + each.get_ref<const std::string&>();
    }
    return all;
  }

  void how_to_check() {
    page_.markup("<h2>To compare and to check</h2>\n<dl class=\"facts\">\n");
    fact("journal head", recovery_.head());
    fact("journal lines", std::to_string(recovery_.records()));
    if (recovery_.state().snapshot) fact("snapshot root", recovery_.state().snapshot->root);
    fact("program", timeline_.circumstances.program_sha256);
    page_.markup("</dl>\n<p>The head is the SHA-256 of the last line of <code>journal.jsonl</code>, the root that of ");
    page_.markup(
        "<code>snapshot/tagmanifest-sha256.txt</code>. Both can be computed with <code>sha256sum</code> alone; ");
    page_.markup("<code>requeue audit</code> checks everything behind them. ");
    page_.markup(figures_.replayed_by_smtp() == 0
                     ? "Handed to Pickup does not mean delivered: that is the service's to do."
                     : "Handed to Pickup, or taken in by an SMTP server, does not mean "
                       "delivered: that is theirs to do.");
    page_.markup("</p>\n");
    page_.markup("<footer>Written by requeue ").text(timeline_.circumstances.version);
    page_.markup(" from the recovery folder alone.</footer>\n");
  }

  recovery::Recovery& recovery_;
  const Timeline& timeline_;
  Manifest& manifest_;
  const Figures& figures_;
  HtmlWriter page_;
  const Redaction* redaction_;
};

}  // namespace

Result<void> write_html(recovery::Recovery& recovery, const Told& told, Manifest& manifest, const Figures& figures,
                        ByteWriter& out, const Redaction* redaction) {
  return Page(recovery, told, manifest, figures, out, redaction).write();
}

}  // namespace requeue::report
