// A queue of a thousand messages of every kind that is hard to recover, with the truth about each: who is owed it, what
// evidence there is, and what must become of it. The same from the same seed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace requeue::tests {

enum class Kind {
  plain,        // recipients in its headers, all of them
  receivers,    // x-receivers, blind ones among them
  blind,        // blind copies that only the log knows
  list,         // came through a list; the log knows whom it is for
  list_lost,    // came through a list, and no log knows
  copy,         // the same file twice
  partly_copy,  // two copies, the second with one recipient more
  twice,        // submitted twice: other arrival stamps
  partly_sent,  // one of two recipients has it, by the outbound log
  sent,         // its only recipient has it
  mixed_log,    // blind copies in a session that ran beside another
  reused_id,    // one Message-ID on two contents
  bounce,
  nobody,   // no recipient anywhere
  domains,  // headers only, two domains, no evidence
};
inline constexpr int kinds = 15;

struct Truth {
  Kind kind = Kind::plain;
  std::string subject;                // names the group: one message, or the two that belong together
  std::vector<std::string> sources;   // one or two files
  std::map<std::string, int> owed;    // how many times each recipient is to get it now
  std::map<std::string, int> hidden;  // whom no certain evidence names: lost unless a person finds them
};

struct MixedQueue {
  std::map<std::string, std::string> files;  // source to bytes
  std::vector<Truth> truths;
  std::string log;
  std::map<Kind, int> groups;
};

// `start`: when the oldest message arrived, seconds since 1970; each arrives a minute after the one before.
MixedQueue mixed_queue(std::uint64_t seed, int messages, std::int64_t start);

}  // namespace requeue::tests
