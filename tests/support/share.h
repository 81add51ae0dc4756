// How much of what it could try a test tries.
#pragma once

namespace requeue::tests {

// 1, each, on Linux; `step`, one in so many, on Windows: under Wine a file takes some fifty times as long. For loops
// over each byte or each call, whose verdicts are the same on both.
unsigned every(unsigned step);

}  // namespace requeue::tests
