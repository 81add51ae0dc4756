#include "cli/planning_options.h"

#include "cli/option_value.h"
#include "cli/values.h"
#include "core/text.h"

namespace requeue::cli {

using commands::Options;

void add_against(CLI::App& app, Options& options) {
  app.add_option("--against", options.against,
                 "Another recovery folder: what it handed over counts as sent, in later runs too (repeatable)")
      ->type_name("RECOVERY")
      ->allow_extra_args(false);
  add_reason(app, "--no-against", options.no_against,
             "Without the recovery folders that earlier runs gave with --against; the reason is recorded");
}

void add_planning(CLI::App& app, Options& options) {
  auto& plan = options.plan;
  app.add_option("--folder", plan.folders, "Replay this folder too: Drop or Badmail")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"Drop", "Badmail"}, CLI::ignore_case));
  add_value<replay::Policy>(app, "--bounces", plan.bounces, parse_policy, "Bounces: hold (default), replay or skip",
                            "hold|replay|skip");
  add_value<replay::Policy>(app, "--lists", plan.lists, parse_policy,
                            "Mail through lists, recipients from headers only: hold (default), replay or skip",
                            "hold|replay|skip");
  add_value<replay::Dedup>(app, "--dedup", plan.dedup, parse_dedup,
                           "What makes a copy: content (default), exact or off", "content|exact|off");
  app.add_option_function<std::string>(
         "--envelope-check", [&plan](const std::string& word) { plan.check_streams = word == "on"; },
         "Hold mail whose alternate streams hold an address that its header lacks: on (default) or off")
      ->check(CLI::IsMember({"on", "off"}));
  add_number(
      app, "--hop-limit", "N", 1, 100000,
      [&options](std::uint64_t limit) {
        options.plan.hop_limit = static_cast<unsigned>(limit);
        options.hop_limit_stated = true;
      },
      "Hold a message with so many Received lines; default: the metabase's, else 15");
  add_value<std::uint64_t>(app, "--max-size", plan.max_size, parse_size, "Hold a larger message (K, M, G)", "SIZE");
  app.add_option_function<std::string>(
         "--max-age",
         [&plan](const std::string& text) {
           plan.max_age_seconds = parse_age(text);
           if (!plan.max_age_seconds)
             throw CLI::ValidationError("--max-age", "takes a number with s, m, h, d or w: 36h, 5d");
         },
         "Skip an older message: 36h, 5d")
      ->type_name("AGE");
  app.add_option("--envelopes", options.envelopes_file, "CSV source,sender,recipients: envelopes given by a person")
      ->type_name("FILE");
  app.add_option("--smtp-log", options.smtp_logs,
                 "SMTP logs, W3C extended or NCSA: who each message was taken in for (repeatable)")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  app.add_flag("--trust-log", plan.trust_log, "Leave out recipients that the logs show as delivered to");
  add_against(app, options);
  add_value<mail::Target>(
      app, "--target", plan.compose.target,
      [](const std::string& text) {
        const auto target = mail::target_of(text);
        return target == mail::Target::smtp ? std::nullopt : target;
      },
      "What is written: iis (default); plain, the file unchanged; exchange-replay, for that directory of Exchange",
      "iis|plain|exchange-replay");
  const auto dots = [&options](bool doubled) {
    options.plan.compose.dot_stuff = doubled;
    options.dots_stated = true;
  };
  auto* const keeps = app.add_flag_callback(
      "--no-dot-stuff", [dots] { dots(false); }, "For a Pickup that keeps leading dots");
  app.add_flag_callback(
         "--dot-stuff", [dots] { dots(true); }, "For one that strips them, whatever the metabase says")
      ->excludes(keeps);
}

void add_selection(CLI::App& app, Options& options) {
  auto& choice = options.plan.choice;
  app.add_option("--sender", choice.senders, "Only messages from GLOB (* and ?; <> is the null sender; repeatable)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option("--recipient", choice.recipients, "Only messages that go to GLOB, to all of their recipients")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option("--domain", choice.domains, "Only messages with a recipient in this domain")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option_function<std::vector<std::string>>(
         "--message",
         [&choice](const std::vector<std::string>& sources) {
           for (const auto& source : sources) choice.sources.insert(unescape_bytes(source));
         },
         "Only this message, named as plan --out does (repeatable)")
      ->type_name("SOURCE")
      ->allow_extra_args(false);
  const auto moment = [](const std::string& text) { return parse_moment(text, now()); };
  const auto add_moment = [&](const std::string& name, std::optional<Timestamp>& into, const std::string& help) {
    app.add_option_function<std::string>(
           name,
           [&into, moment, name](const std::string& text) {
             into = moment(text);
             if (!into) throw CLI::ValidationError(name, "takes 2026-11-24, 2026-11-24T02:00Z or an age: 36h");
           },
           help)
        ->type_name("TIME");
  };
  add_moment("--since", choice.since,
             "Only what arrived then or later: 2026-11-24, 2026-11-24T02:00Z (UTC), 36h ago: 36h");
  add_moment("--until", choice.until, "Only what arrived then or before");
}

void add_release(CLI::App& app, Options& options) {
  auto& plan = options.plan;
  app.add_option_function<std::vector<std::string>>(
         "--release",
         [&plan](const std::vector<std::string>& words) {
           for (const auto& word : words) {
             if (const auto wrong = add_to_releases(word, plan.releases); !wrong.empty()) {
               throw CLI::ValidationError("--release", wrong);
             }
           }
         },
         "Replay a held message, or all that a rule holds; recorded (repeatable)")
      ->type_name("SOURCE|RULE")
      ->allow_extra_args(false);
  app.add_option("--owed-domain", plan.owed_domains,
                 "Recipients known from headers only: only those in this domain are owed (repeatable)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--several-domains", [&plan](const std::string& text) { plan.hold_several_domains = text == "hold"; },
         "Recipients known from headers only, in several domains: replay (default) or hold")
      ->type_name("hold|replay")
      ->check(CLI::IsMember({"hold", "replay"}));
}

}  // namespace requeue::cli
