// SMTP logs: written by the service, of what strangers said to it.
#include <algorithm>

#include "fuzz/targets.h"
#include "smtplog/evidence.h"

namespace requeue::fuzz {

void log(std::string_view bytes) {
  smtplog::Evidence evidence;
  evidence.want("1@a", "a@x");
  evidence.want("2@a", "");
  evidence.begin_file();
  std::uint64_t lines = 0;
  for (; !bytes.empty(); ++lines) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const auto line = bytes.substr(0, end);
    const auto address = smtplog::address_in(line);
    must(!address || address->size() <= line.size(), "an address is longer than the line it stands in");
    static_cast<void>(smtplog::size_in(line));
    static_cast<void>(smtplog::message_id_in(line));
    evidence.add_line(line);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  must(evidence.lines() == lines, "lines of a log are counted wrongly");
  must(evidence.unread() <= lines, "more lines are unread than there are");
  for (const auto* const id : {"1@a", "2@a"}) {
    const auto* const submission = evidence.submission(id);
    if (submission == nullptr || submission->certainty != smtplog::Certainty::clear) continue;
    for (const auto& recipient : submission->recipients) {
      must(!recipient.empty(), "a log gives a recipient without a name");
      must(std::ranges::count(submission->refused, recipient) == 0, "a recipient was taken and refused");
    }
  }
  must(evidence.submission("other@a") == nullptr, "what was not wanted is kept");
}

}  // namespace requeue::fuzz
