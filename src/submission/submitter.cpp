#include "submission/dialogue.h"

namespace requeue::submission {
namespace {

class SmtpSubmitter final : public Submitter {
 public:
  SmtpSubmitter(Server server, Interruption interruption, std::unique_ptr<Dialogue> dialogue)
      : server_(std::move(server)), interruption_(std::move(interruption)), dialogue_(std::move(dialogue)) {}

  Result<Submitted> send(const Letter& letter, const Permit& permit) override;
  [[nodiscard]] bool takes_eight_bit() const override { return eight_bit_; }

  static Result<std::unique_ptr<Dialogue>> talk_to(const Server& server, const Interruption& interruption);
  void learn() { eight_bit_ = dialogue_->takes_eight_bit(); }

 private:
  Result<void> be_connected();

  Server server_;
  Interruption interruption_;
  std::unique_ptr<Dialogue> dialogue_;
  bool used_ = true;  // not fresh: it stood idle, or a message was tried on it
  bool eight_bit_ = false;
};

Result<std::unique_ptr<Dialogue>> SmtpSubmitter::talk_to(const Server& server, const Interruption& interruption) {
  REQUEUE_TRY(auto channel, open_channel(server));
  auto dialogue = std::make_unique<Dialogue>(std::move(channel), interruption);
  auto greeted = dialogue->greet();
  if (greeted) return dialogue;
  auto error = std::move(greeted.error());
  error.exit = Exit::precondition;
  error.path = to_string(server);
  error.hint = "Nothing was sent.";
  return failure(std::move(error));
}

Result<void> SmtpSubmitter::be_connected() {
  if (dialogue_ && !dialogue_->broken()) return {};
  REQUEUE_TRY(dialogue_, talk_to(server_, interruption_));
  learn();
  used_ = false;
  return {};
}

Result<Submitted> SmtpSubmitter::send(const Letter& letter, const Permit& permit) {
  bool permitted = false;
  const auto once = [&](const std::vector<Answer>& answers) {
    permitted = true;
    return permit(answers);
  };
  for (;;) {
    if (const auto connected = be_connected(); !connected) {
      return Submitted{Standing::unreached,
                       {},
                       {},
                       connected.error().what + (connected.error().why.empty() ? "" : ": ") + connected.error().why};
    }
    const bool was_used = std::exchange(used_, true);
    REQUEUE_TRY(auto submitted, dialogue_->send(letter, once));
    // A server may close what stood idle. Once the hand-over is on record it is the caller's to settle.
    if (submitted.standing == Standing::lost && was_used && !permitted && !submitted.given_up) continue;
    return submitted;
  }
}

}  // namespace

Result<std::unique_ptr<Submitter>> connect(const Server& server, const Interruption& interruption) {
  REQUEUE_TRY(auto dialogue, SmtpSubmitter::talk_to(server, interruption));
  auto submitter = std::make_unique<SmtpSubmitter>(server, interruption, std::move(dialogue));
  submitter->learn();
  return submitter;
}

}  // namespace requeue::submission
