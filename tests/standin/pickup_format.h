// How the SMTP service reads a file in Pickup. Written from the public documents alone and sharing no code with
// requeue, so that the two readings check each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace standin {

struct Envelope {
  std::string sender;  // empty: the null sender
  std::vector<std::string> recipients;
};

struct Message {
  Envelope envelope;
  bool has_from = false;  // a From field with a mailbox; without it the service puts the file into Badmail
  std::string content;    // what goes out
};

// A file in Pickup: leading x-sender/x-receiver lines are taken off, and one leading dot from each line.
Message read_pickup(std::string_view bytes);
// A file that stands in Queue and whose envelope is not known: the same reading, but its bytes stay as they are.
Message read_queue(std::string_view bytes);

// The mailboxes of a field's value: groups, comments, quotes, angles, routes.
std::vector<std::string> mailboxes(std::string_view value);
// `*` and `?`, letters compared without case.
bool matches(std::string_view glob, std::string_view text);
// Where the header block ends: the offset of the blank line, or of the end of the bytes.
std::size_t header_end(std::string_view bytes);
bool has_field(std::string_view bytes, std::string_view name);

}  // namespace standin
