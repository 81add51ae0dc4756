// The contract of compose() from its other end, written apart from it: what the service takes away from a file, and
// what requeue may remove from a source.
#pragma once

#include <string>
#include <string_view>

namespace requeue::tests {

// Without its leading x-sender and x-receiver lines, and without one dot of each line that starts with one.
std::string taken_back(std::string_view written);

// A source with LF or CRLF line ends, less its leading x-headers and its Bcc and Resent-Bcc fields.
std::string without_removed(std::string_view source);

}  // namespace requeue::tests
