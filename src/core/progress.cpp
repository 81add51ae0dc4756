#include "core/progress.h"

#include <algorithm>

namespace requeue {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
// Or a trifle less: a 32-bit processor reckons with more digits, by which 1 of 100 is less than the number 0.01 here.
constexpr double a_hundredth = 0.0099999;

// The part that is done. Small files cost by the file, large ones by the byte: both speak where both are known.
double part_done(const Progress& progress) {
  const auto part = [](std::uint64_t done, std::uint64_t total) {
    return std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  };
  if (progress.total_files == 0) return 0;
  const auto files = part(progress.files, progress.total_files);
  return progress.total_bytes == 0 ? files : (files + part(progress.bytes, progress.total_bytes)) / 2;
}

std::string in_words(std::uint64_t seconds) {
  if (seconds < 100) return std::to_string(seconds) + " s";
  return std::to_string((seconds + 30) / 60) + " min";
}

}  // namespace

std::string to_text(const Progress& progress) {
  auto text = progress.phase + ": " + std::to_string(progress.files);
  if (progress.total_files != 0) text += " of " + std::to_string(progress.total_files);
  text += " files";
  if (progress.bytes != 0 || progress.total_bytes != 0) {
    text += ", " + std::to_string(progress.bytes / mebibyte);
    if (progress.total_bytes != 0) text += " of " + std::to_string(progress.total_bytes / mebibyte);
    text += " MiB";
  }
  const auto seconds = static_cast<double>(progress.elapsed.count()) / 1000;
  if (seconds < 1) return text;
  if (progress.bytes != 0) {
    text += ", " +
            std::to_string(static_cast<std::uint64_t>(static_cast<double>(progress.bytes) / seconds) / mebibyte) +
            " MiB/s";
  } else {
    text +=
        ", " + std::to_string(static_cast<std::uint64_t>(static_cast<double>(progress.files) / seconds)) + " a second";
  }
  const auto part = part_done(progress);
  if (part < a_hundredth || part >= 1) return text;
  return text + ", about " + in_words(static_cast<std::uint64_t>(seconds * (1 - part) / part) + 1) + " left";
}

}  // namespace requeue
