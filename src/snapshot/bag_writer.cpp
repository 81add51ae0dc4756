#include "snapshot/bag_writer.h"

#include <algorithm>

#include "core/text.h"
#include "snapshot/bag_layout.h"

namespace requeue::snapshot {
namespace {

constexpr std::size_t block = std::size_t{64} * 1024;

// A control character could begin another field.
std::string one_line(std::string_view value) {
  auto text = escape_bytes(value);
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return text;
}

std::string temporary_name() {
  return std::string(tagmanifest_txt) + ".new";
}

Result<std::string> write_tag(files::Tree& recovery, std::string_view name, const std::vector<std::string>& lines) {
  REQUEUE_TRY(auto file, TagFile::create(recovery, name));
  for (const auto& line : lines) REQUEUE_CHECK(file.add(line));
  return file.finish();
}

Result<std::string> write_manifest(files::Tree& recovery, std::vector<Payload>& payload) {
  std::sort(payload.begin(), payload.end(), [](const Payload& a, const Payload& b) { return a.path < b.path; });
  REQUEUE_TRY(auto file, TagFile::create(recovery, manifest_txt));
  for (const auto& each : payload) REQUEUE_CHECK(file.add(to_hex(each.sha256) + "  " + each.path));
  return file.finish();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

Result<TagFile> TagFile::create(files::Tree& recovery, std::string_view name) {
  REQUEUE_TRY(auto writer, recovery.create(files::join(folder, name), 0600));
  return TagFile(std::move(writer));
}

Result<void> TagFile::add(std::string_view line) {
  pending_ += line;
  pending_ += '\n';
  return pending_.size() < block ? Result<void>() : pour();
}

Result<void> TagFile::pour() {
  digest_.update(pending_);
  REQUEUE_CHECK(writer_->write(pending_));
  pending_.clear();
  return {};
}

Result<std::string> TagFile::finish() {
  if (!pending_.empty()) REQUEUE_CHECK(pour());
  REQUEUE_CHECK(writer_->flush());
  REQUEUE_CHECK(writer_->close());
  return digest_.hex();
}

std::string render_bag_info(const BagInfo& info, const Oxum& oxum, Timestamp date) {
  std::string text = "Bagging-Date: " + to_iso8601(date).substr(0, 10) + "\n";
  text += "Payload-Oxum: " + std::to_string(oxum.bytes) + "." + std::to_string(oxum.files) + "\n";
  const auto add = [&](std::string_view label, std::string_view value) {
    if (const auto line = one_line(value); !line.empty()) text += std::string(label) + ": " + line + "\n";
  };
  add("Bagging-Software-Agent", info.software);
  add("External-Identifier", info.ticket);
  add("Internal-Sender-Identifier", info.host);
  return text;
}

Result<std::string> seal(files::Tree& recovery, const BagInfo& info, std::vector<Payload>& payload, std::uint64_t bytes,
                         std::string files_jsonl_sha256) {
  // Payload and its names first: no list of them may outlive them.
  REQUEUE_CHECK(recovery.flush_all());
  const auto bag_info = lines_of(render_bag_info(info, {bytes, payload.size()}, now()));
  REQUEUE_TRY(const auto info_sha256, write_tag(recovery, bag_info_txt, bag_info));
  REQUEUE_TRY(const auto bagit_sha256,
              write_tag(recovery, bagit_txt, {"BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"}));
  REQUEUE_TRY(const auto manifest_sha256, write_manifest(recovery, payload));
  const auto line = [](const std::string& sha256, std::string_view name) { return sha256 + "  " + std::string(name); };
  REQUEUE_TRY(auto root, write_tag(recovery, temporary_name(),
                                   {line(info_sha256, bag_info_txt), line(bagit_sha256, bagit_txt),
                                    line(files_jsonl_sha256, files_jsonl), line(manifest_sha256, manifest_txt)}));
  REQUEUE_CHECK(recovery.flush_all());
  REQUEUE_CHECK(recovery.rename(files::join(folder, temporary_name()), files::join(folder, tagmanifest_txt)));
  REQUEUE_CHECK(recovery.flush_folder(files::Relative(folder)));
  return root;
}

}  // namespace requeue::snapshot
