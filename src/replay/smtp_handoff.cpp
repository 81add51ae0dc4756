#include "replay/smtp_handoff.h"

#include <algorithm>
#include <unordered_set>

#include "core/text.h"
#include "mail/smtp_body.h"
#include "replay/handoff_steps.h"
#include "replay/smtp_parcel.h"

namespace requeue::replay {
namespace {

using submission::Answer;
using submission::Standing;
using submission::Submitted;

constexpr std::string_view unanswered_rule = "smtp_unanswered";
constexpr std::string_view refused_rule = "smtp_refused";
constexpr std::string_view deferred_rule = "smtp_deferred";
constexpr std::string_view lost_rule = "smtp_lost";
// A server that says "not now" so many times in a row says it to everything.
constexpr std::uint64_t most_in_a_row = 10;

// Hashes what is read from it, and gives an error in place of the end when that is not what was promised.
class Promised final : public ByteReader {
 public:
  Promised(ByteReader& inner, std::string sha256) : inner_(inner), sha256_(std::move(sha256)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    REQUEUE_TRY(const auto count, inner_.read(buffer, size));
    digest_.update(std::string_view(buffer, count));
    if (count != 0 || digest_.hex() == sha256_) return count;
    return failure(Exit::verification, "the message changed while it was sent", {},
                   "its bytes are not the recorded ones");
  }

 private:
  ByteReader& inner_;
  std::string sha256_;
  Sha256 digest_;
};

std::string words_of_answer(const Answer& answer) {
  return (answer.code == 0 ? std::string() : std::to_string(answer.code) + " ") + printable(answer.text);
}

Json answer_json(const Answer& answer) {
  return Json{{"code", answer.code}, {"text", escape_bytes(answer.text)}};
}

class SmtpHandoff final : public Handoff {
 public:
  SmtpHandoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, const PlanOptions& options,
              submission::Submitter& submitter, std::string server, Watcher& watcher)
      : recovery_(recovery),
        ledger_(ledger),
        plan_(plan),
        options_(options),
        submitter_(submitter),
        server_(std::move(server)),
        watcher_(watcher) {}

  Result<Outcome> group(const std::vector<std::size_t>& indexes, const std::vector<std::size_t>& coming) override;
  Result<void> finish() override { return recovery_.flush(); }

 private:
  Result<void> one(std::size_t index, Outcome& outcome);
  Result<Submitted> send(const Parcel& parcel);
  Result<void> record_intent(const Parcel& parcel, const std::vector<Answer>& answers);
  Result<void> settle(const Parcel& parcel, const Submitted& submitted, Outcome& outcome);
  Result<void> accept(const Parcel& parcel, const Submitted& submitted, Outcome& outcome);
  Result<void> fail(const Parcel& parcel, const Submitted& submitted, std::string_view rule, Outcome& outcome);
  Result<void> doubt(const Parcel& parcel, const Submitted& submitted, Outcome& outcome);
  Result<void> give_up(const Parcel& parcel, const Submitted& submitted, Outcome& outcome);
  Result<std::string> record_details(const Parcel& parcel, const std::vector<Answer>& answers, const Answer& last);
  void name_refused(const Parcel& parcel, const std::vector<Answer>& answers);
  [[nodiscard]] bool leaves_out_a_refused(const Message& message) const;
  [[nodiscard]] const Message& message_of(const Parcel& parcel) const { return plan_.messages[parcel.index]; }

  recovery::Recovery& recovery_;
  const Ledger& ledger_;
  const Plan& plan_;
  const PlanOptions& options_;
  submission::Submitter& submitter_;
  std::string server_;
  Watcher& watcher_;
  std::string intent_details_;               // of the intent that is open; empty: none
  std::uint64_t put_off_ = 0;                // in a row
  std::unordered_set<std::string> refused_;  // lower case: recipients of what went to others in this run
};

Result<Outcome> SmtpHandoff::group(const std::vector<std::size_t>& indexes,
                                   const std::vector<std::size_t>& /*coming*/) {
  Outcome outcome;
  for (const std::size_t index : indexes) {
    if (watcher_.stop_requested() || !outcome.stop.empty()) break;
    const auto& source = plan_.messages[index].source;
    // The last line of defence: a message that may have been sent already is not offered, whatever the plan says.
    if (ledger_.is_final(source) || ledger_.open_intents().contains(source)) {
      watcher_.warn("not handed over, since the record says that it was or may have been: " + printable(source));
      continue;
    }
    if (leaves_out_a_refused(plan_.messages[index])) {
      watcher_.warn(
          "not sent now: it leaves out somebody whom the server refused of another message; the next run without "
          "--plan decides anew whom it goes to: " +
          printable(source));
      continue;
    }
    REQUEUE_CHECK(one(index, outcome));
  }
  return outcome;
}

// The plan left him out because a copy goes to him. Sent now, this one would never be offered to him.
bool SmtpHandoff::leaves_out_a_refused(const Message& message) const {
  return std::ranges::any_of(message.rare->covered,
                             [&](std::uint32_t one) { return refused_.contains(ascii_lower(plan_.addresses[one])); });
}

Result<void> SmtpHandoff::one(std::size_t index, Outcome& outcome) {
  intent_details_.clear();  // of the message before: not an intent of this one
  const auto& message = plan_.messages[index];
  const auto parcel = make_parcel(recovery_, plan_, index, options_);
  if (!parcel.wrong.empty()) {
    watcher_.warn((parcel.wrong == smtp_damaged_rule
                       ? "not sent, its bytes in the snapshot are not those that were recorded: "
                       : "not sent, it cannot be made ready: ") +
                  printable(message.source));
    return fail(parcel, {}, parcel.wrong, outcome);
  }
  REQUEUE_TRY(const auto submitted, send(parcel));
  return settle(parcel, submitted, outcome);
}

Result<Submitted> SmtpHandoff::send(const Parcel& parcel) {
  const auto& envelope = parcel.reading.envelope;
  const auto source = open_source(recovery_, message_of(parcel));
  if (!source) return failure(source.error());
  REQUEUE_TRY(const auto body, mail::open_smtp_body(**source, envelope, parcel.options));
  Promised promised(*body, parcel.written_sha256);
  const submission::Letter letter{envelope.null_sender ? std::string() : envelope.sender, envelope.recipients,
                                  parcel.size, parcel.eight_bit, promised};
  return submitter_.send(letter, [&](const std::vector<Answer>& answers) { return record_intent(parcel, answers); });
}

// The line holds whom the server takes it for: those are the recipients that count as served from then on.
Result<std::string> SmtpHandoff::record_details(const Parcel& parcel, const std::vector<Answer>& answers,
                                                const Answer& last) {
  auto reading = parcel.reading;
  auto& recipients = reading.envelope.recipients;
  Json refused = Json::array();
  std::vector<std::string> taken;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    if (i >= answers.size() || answers[i].is_yes()) {
      taken.push_back(recipients[i]);
      continue;
    }
    auto one = answer_json(answers[i]);
    one["recipient"] = escape_bytes(recipients[i]);
    refused.push_back(std::move(one));
  }
  if (!taken.empty()) recipients = std::move(taken);
  auto fields = personal_fields(parcel.index + 1, message_of(parcel), plan_, reading);
  fields["smtp"] = Json{{"server", server_}, {"refused", std::move(refused)}};
  if (last.code != 0 || !last.text.empty()) fields["smtp"]["answer"] = answer_json(last);
  REQUEUE_TRY(auto details, recovery_.record_details(fields));
  REQUEUE_CHECK(recovery_.flush_details());
  return details;
}

Result<void> SmtpHandoff::record_intent(const Parcel& parcel, const std::vector<Answer>& answers) {
  const auto& message = message_of(parcel);
  REQUEUE_TRY(intent_details_, record_details(parcel, answers, {}));
  const auto taken =
      std::count_if(answers.begin(), answers.end(), [](const Answer& answer) { return answer.is_yes(); });
  Json fields;
  fields["source"] = escape_bytes(message.source);
  fields["sha256"] = to_hex(message.sha256);
  fields["smtp"] = server_;
  fields["written_sha256"] = parcel.written_sha256;
  fields["options"] = mail::to_json(parcel.options);
  fields["envelope_recorded"] = true;
  fields["recipients"] = taken;
  fields["refused"] = static_cast<std::int64_t>(answers.size()) - taken;
  if (!message.rare->released.empty()) fields["released"] = message.rare->released;
  if (const auto given = options_.overrides.find(message.source); given != options_.overrides.end()) {
    fields["override"] = given->second.by_plan ? "plan" : "envelopes";
  }
  fields["boot"] = recovery_.boot();
  fields["details"] = intent_details_;
  REQUEUE_CHECK(recovery_.record("intent", fields));
  return recovery_.flush();
}

Result<void> SmtpHandoff::settle(const Parcel& parcel, const Submitted& submitted, Outcome& outcome) {
  const auto& source = message_of(parcel).source;
  const bool not_now = submitted.standing == Standing::deferred || submitted.standing == Standing::lost ||
                       (submitted.standing == Standing::refused && submitted.answer.is_for_now());
  put_off_ = not_now ? put_off_ + 1 : 0;
  if (put_off_ >= most_in_a_row)
    outcome.stop = "the server put off, or broke off, " + std::to_string(put_off_) + " messages in a row";
  switch (submitted.standing) {
    case Standing::accepted:
      return accept(parcel, submitted, outcome);
    case Standing::unanswered:
      return doubt(parcel, submitted, outcome);
    case Standing::unreached:
      outcome.stop = submitted.why;
      return {};
    case Standing::lost:
      if (submitted.given_up) return give_up(parcel, submitted, outcome);
      watcher_.warn("not sent, the connection broke before anything of it was: " + printable(source) + ": " +
                    printable(submitted.why));
      return fail(parcel, submitted, lost_rule, outcome);
    case Standing::deferred:
    case Standing::refused:
      break;
  }
  watcher_.warn("not sent, the server said no: " + printable(source) + ": " + words_of_answer(submitted.answer));
  name_refused(parcel, submitted.recipients);
  return fail(parcel, submitted, submitted.standing == Standing::deferred ? deferred_rule : refused_rule, outcome);
}

void SmtpHandoff::name_refused(const Parcel& parcel, const std::vector<Answer>& answers) {
  const auto& recipients = parcel.reading.envelope.recipients;
  for (std::size_t i = 0; i < answers.size() && i < recipients.size(); ++i) {
    if (answers[i].is_yes()) continue;
    watcher_.warn("  " + printable(recipients[i]) + ": " + words_of_answer(answers[i]));
  }
}

Result<void> SmtpHandoff::accept(const Parcel& parcel, const Submitted& submitted, Outcome& outcome) {
  const auto& message = message_of(parcel);
  const auto refused = std::count_if(submitted.recipients.begin(), submitted.recipients.end(),
                                     [](const Answer& answer) { return !answer.is_yes(); });
  Json fields;
  fields["source"] = escape_bytes(message.source);
  fields["name"] = "";
  fields["how"] = "smtp";
  fields["code"] = submitted.answer.code;
  fields["refused"] = refused;
  REQUEUE_CHECK(recovery_.record("commit", fields));
  // At once: until it is on the disk a power cut makes a doubt of it.
  REQUEUE_CHECK(recovery_.flush());
  REQUEUE_TRY(const auto details, record_details(parcel, submitted.recipients, submitted.answer));
  REQUEUE_CHECK(record_message(recovery_, {message.source,
                                           to_hex(message.sha256),
                                           Disposition::replayed,
                                           message.rule,
                                           {},
                                           {},
                                           parcel.written_sha256,
                                           details}));
  ++outcome.replayed;
  outcome.handed.push_back({parcel.index, Disposition::replayed, message.rule});
  if (parcel.changed_line_ends) ++outcome.changed_line_ends;
  if (parcel.eight_bit && !submitter_.takes_eight_bit()) ++outcome.eight_bit_unasked;
  if (refused == 0) return {};
  const auto& recipients = parcel.reading.envelope.recipients;
  for (std::size_t i = 0; i < recipients.size() && i < submitted.recipients.size(); ++i) {
    if (!submitted.recipients[i].is_yes()) refused_.insert(ascii_lower(recipients[i]));
  }
  watcher_.warn("sent, but not to all: " + printable(message.source) + ": the server refused");
  name_refused(parcel, submitted.recipients);
  outcome.refused.push_back({message.source, static_cast<std::uint64_t>(refused)});
  return {};
}

// Known not to have been taken in: an intent that is open is over, and the next run may try again.
Result<void> SmtpHandoff::fail(const Parcel& parcel, const Submitted& submitted, std::string_view rule,
                               Outcome& outcome) {
  const auto& message = message_of(parcel);
  REQUEUE_TRY(const auto details, record_details(parcel, submitted.recipients, submitted.answer));
  if (!intent_details_.empty()) {
    REQUEUE_CHECK(record_abort(recovery_, {message.source, to_hex(message.sha256), {}, {}, details},
                               "not sent: " + (submitted.answer.code == 0 ? std::string("the connection broke")
                                                                          : std::to_string(submitted.answer.code))));
  }
  REQUEUE_CHECK(record_message(
      recovery_, {message.source, to_hex(message.sha256), Disposition::failed, rule, {}, {}, {}, details}));
  ++outcome.failed;
  outcome.handed.push_back({parcel.index, Disposition::failed, rule});
  return {};
}

// It was the person who broke it, before anything of the message went out: it waits for the next run like the rest.
Result<void> SmtpHandoff::give_up(const Parcel& parcel, const Submitted& submitted, Outcome& outcome) {
  const auto& message = message_of(parcel);
  outcome.stop = submitted.why;
  watcher_.warn("not sent, it waits for the next run: " + printable(message.source) + ": " + printable(submitted.why));
  if (intent_details_.empty()) return {};
  return record_abort(recovery_, {message.source, to_hex(message.sha256), {}, {}, intent_details_},
                      "not sent: a person ended the wait before anything of it was");
}

Result<void> SmtpHandoff::doubt(const Parcel& parcel, const Submitted& submitted, Outcome& outcome) {
  const auto& message = message_of(parcel);
  Staged sent;
  sent.source = message.source;
  sent.sha256 = to_hex(message.sha256);
  sent.written_sha256 = parcel.written_sha256;
  sent.details = intent_details_;
  REQUEUE_CHECK(record_doubt(recovery_, sent, unanswered_rule,
                             submitted.given_up ? "a person ended the wait between sending it and the server's answer"
                                                : "the connection broke between sending it and the server's answer"));
  REQUEUE_CHECK(recovery_.flush());
  outcome.handed.push_back({parcel.index, Disposition::in_doubt, unanswered_rule});
  // The next message would meet the same server: one doubt is enough for a person to look at it.
  outcome.stop = "the connection " + std::string(submitted.given_up ? "was ended" : "broke") +
                 " while a message was on its way: " + submitted.why;
  watcher_.warn("in doubt, never sent again by itself: " + printable(message.source) + ": " + printable(submitted.why));
  return {};
}

}  // namespace

std::unique_ptr<Handoff> make_smtp_handoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan,
                                           const PlanOptions& options, submission::Submitter& submitter,
                                           std::string server, Watcher& watcher) {
  return std::make_unique<SmtpHandoff>(recovery, ledger, plan, options, submitter, std::move(server), watcher);
}

}  // namespace requeue::replay
