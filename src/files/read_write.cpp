#include <algorithm>
#include <vector>

#include "files/files.h"

namespace requeue::files {
namespace {

constexpr std::size_t step = 65536;

}  // namespace

Result<void> Tree::each(const Relative& folder, const std::function<void(const Entry&)>& visit) {
  REQUEUE_TRY(const auto entries, list(folder));
  for (const auto& entry : entries) visit(entry);
  return {};
}

Result<Seen> Tree::look(const Relative& path) {
  REQUEUE_TRY(const Status found, status(path));
  Seen seen{found, {}};
  if (found.kind == Kind::file || found.kind == Kind::folder) {
    REQUEUE_TRY(seen.streams, streams(path));
  }
  return seen;
}

Result<std::string> read_all(ByteReader& reader, std::uint64_t limit) {
  std::string bytes;
  std::vector<char> buffer(step);
  for (;;) {
    REQUEUE_TRY(const std::size_t count, reader.read(buffer.data(), buffer.size()));
    if (count == 0) return bytes;
    if (count > limit - bytes.size()) {
      return failure(Exit::failed, "cannot read a file whole", {},
                     "it is larger than the " + std::to_string(limit) + " bytes that are allowed here");
    }
    bytes.append(buffer.data(), count);
  }
}

Result<std::string> read_file(Tree& tree, const Relative& path, std::uint64_t limit) {
  REQUEUE_TRY(const auto reader, tree.open(path));
  auto bytes = read_all(*reader, limit);
  if (!bytes && bytes.error().path.empty()) bytes.error().path = tree.path_of(path).string();
  return bytes;
}

Result<void> write_file(Tree& tree, const Relative& path, std::string_view bytes, std::uint32_t mode) {
  REQUEUE_TRY(const auto writer, tree.create(path, mode));
  REQUEUE_CHECK(writer->write(bytes));
  REQUEUE_CHECK(writer->flush());
  return writer->close();
}

}  // namespace requeue::files
