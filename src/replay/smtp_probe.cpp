#include "replay/smtp_probe.h"

#include "core/digest.h"
#include "mail/smtp_body.h"
#include "replay/probe_message.h"

namespace requeue::replay {
namespace {

class TextReader final : public ByteReader {
 public:
  explicit TextReader(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = text_.copy(buffer, size, at_);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

ProbeResult result_of(submission::Standing standing) {
  using submission::Standing;
  if (standing == Standing::accepted) return ProbeResult::delivered;
  const bool said_no = standing == Standing::refused || standing == Standing::deferred;
  return said_no ? ProbeResult::rejected : ProbeResult::stuck;
}

}  // namespace

Result<ProbedBySmtp> probe_by_smtp(submission::Submitter& submitter, const ProbeOptions& options) {
  const auto token = random_hex(16);
  const auto begun = std::chrono::steady_clock::now();
  const auto placed = now();
  const auto text = probe_message(options.from, options.to, token, now(), ProbeWay::smtp);
  TextReader source(text);
  mail::ComposeOptions compose;
  compose.target = mail::Target::smtp;
  compose.unstuff = true;
  REQUEUE_TRY(const auto body, mail::open_smtp_body(source, {}, compose));
  const submission::Letter letter{options.from, {options.to}, text.size(), false, *body};
  REQUEUE_TRY(const auto submitted, submitter.send(letter, [](const auto&) -> Result<void> { return {}; }));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  return ProbedBySmtp{
      {result_of(submitted.standing), seconds.count(), token, false, {}, placed}, submitted.answer, submitted.why};
}

}  // namespace requeue::replay
