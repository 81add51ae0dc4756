#include "mailroot/joined_tree.h"

#include <algorithm>

namespace requeue::mailroot {
namespace {

class AllLocks final : public files::Lock {
 public:
  std::vector<std::unique_ptr<files::Lock>> locks;
};

}  // namespace

JoinedTree::JoinedTree(std::shared_ptr<files::Tree> home, std::vector<Part> parts,
                       std::function<bool(std::string_view)> shows)
    : home_(std::move(home)), parts_(std::move(parts)), holders_{home_.get()}, shows_(std::move(shows)) {
  for (const auto& part : parts_) {
    if (std::ranges::find(holders_, part.holder.get()) == holders_.end()) holders_.push_back(part.holder.get());
  }
}

JoinedTree::Found JoinedTree::find(std::string_view path) const {
  const auto slash = path.find('/');
  const auto top = path.substr(0, slash);
  for (const auto& part : parts_) {
    if (part.name != top) continue;
    return {part.holder.get(), part.real + std::string(slash == std::string_view::npos ? "" : path.substr(slash))};
  }
  return top.empty() || shows_(top) ? Found{home_.get(), std::string(path)} : Found{};
}

Result<JoinedTree::Found> JoinedTree::at(const files::Relative& path) const {
  auto found = find(path);
  if (found.tree != nullptr) return found;
  return failure(Error{Exit::failed,
                       Cause::not_found,
                       "cannot look at a file",
                       path_of(path).string(),
                       "it is in none of the folders that the service is configured to have",
                       {}});
}

files::Path JoinedTree::path_of(std::string_view relative) const {
  const auto found = find(relative);
  return found.tree == nullptr ? files::Tree::path_of(relative) : found.tree->path_of(found.path);
}

Result<files::Status> JoinedTree::status(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->status(found.path);
}

Result<std::vector<files::Entry>> JoinedTree::list(const files::Relative& folder) {
  if (!folder.empty()) {
    REQUEUE_TRY(const auto found, at(folder));
    return found.tree->list(found.path);
  }
  REQUEUE_TRY(auto entries, home_->list(""));
  std::erase_if(entries,
                [&](const files::Entry& entry) { return entry.kind != files::Kind::folder || !shows_(entry.name); });
  for (const auto& part : parts_) {
    const auto status = part.holder->status(part.real);
    if (!status && status.error().cause == Cause::not_found) continue;
    if (!status) return failure(status.error());
    entries.push_back({part.name, status->kind});
  }
  std::ranges::sort(entries, {}, &files::Entry::name);
  return entries;
}

Result<void> JoinedTree::each(const files::Relative& folder, const std::function<void(const files::Entry&)>& visit) {
  if (folder.empty()) return Tree::each(folder, visit);
  REQUEUE_TRY(const auto found, at(folder));
  return found.tree->each(found.path, visit);
}

Result<std::string> JoinedTree::link_target(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->link_target(found.path);
}

Result<std::unique_ptr<files::Reader>> JoinedTree::open(const files::Relative& path, files::CacheUse use) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->open(found.path, use);
}

// Home is another folder than the Mailroot that this stands for: its streams are its own.
Result<std::vector<files::Stream>> JoinedTree::streams(const files::Relative& path) {
  if (path.empty()) return std::vector<files::Stream>();
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->streams(found.path);
}

Result<files::Seen> JoinedTree::look(const files::Relative& path) {
  if (path.empty()) return files::Tree::look(path);
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->look(found.path);
}

Result<std::unique_ptr<files::Reader>> JoinedTree::open_stream(const files::Relative& path, const std::string& stream) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->open_stream(found.path, stream);
}

Result<files::Volume> JoinedTree::volume(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->volume(found.path);
}

Result<void> JoinedTree::check_access(const files::Relative& path, bool write) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->check_access(found.path, write);
}

std::string JoinedTree::rights(const files::Relative& path) {
  const auto found = find(path);
  return path.empty() || found.tree == nullptr ? std::string() : found.tree->rights(found.path);
}

Result<bool> JoinedTree::is_released(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->is_released(found.path);
}

Result<std::unique_ptr<files::Writer>> JoinedTree::create(const files::Relative& path, std::uint32_t mode) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->create(found.path, mode);
}

Result<std::unique_ptr<files::Writer>> JoinedTree::append(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->append(found.path);
}

Result<void> JoinedTree::truncate(const files::Relative& path, std::uint64_t size) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->truncate(found.path, size);
}

Result<void> JoinedTree::make_folder(const files::Relative& path, std::uint32_t mode) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->make_folder(found.path, mode);
}

Result<void> JoinedTree::remove_file(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->remove_file(found.path);
}

Result<void> JoinedTree::remove_folder(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->remove_folder(found.path);
}

Result<void> JoinedTree::rename(const files::Relative& from, const files::Relative& to) {
  return move(&files::Tree::rename, from, to);
}

Result<void> JoinedTree::take_name(const files::Relative& from, const files::Relative& to) {
  return move(&files::Tree::take_name, from, to);
}

Result<void> JoinedTree::move(Move how, const files::Relative& from, const files::Relative& to) {
  REQUEUE_TRY(const auto source, at(from));
  REQUEUE_TRY(const auto target, at(to));
  if (source.tree == target.tree) return (source.tree->*how)(source.path, target.path);
  return failure(Error{Exit::failed, Cause::cross_volume, "cannot move a file", path_of(from).string(),
                       "the two places are kept apart", "files are never copied in place of a move"});
}

Result<void> JoinedTree::set_attributes(const files::Relative& path, const files::Attributes& attributes) {
  if (path.empty()) return {};
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->set_attributes(found.path, attributes);
}

Result<void> JoinedTree::set_rights(const files::Relative& path, const std::string& sddl) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->set_rights(found.path, sddl);
}

Result<void> JoinedTree::write_stream(const files::Relative& path, const std::string& stream, ByteReader& bytes) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->write_stream(found.path, stream, bytes);
}

Result<void> JoinedTree::flush_file(const files::Relative& path) {
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->flush_file(found.path);
}

Result<void> JoinedTree::flush_folder(const files::Relative& path) {
  if (path.empty()) {
    for (auto* const holder : holders_) REQUEUE_CHECK(holder->flush_folder(""));
    return {};
  }
  REQUEUE_TRY(const auto found, at(path));
  return found.tree->flush_folder(found.path);
}

Result<void> JoinedTree::flush_all() {
  for (auto* const holder : holders_) REQUEUE_CHECK(holder->flush_all());
  return {};
}

Result<std::unique_ptr<files::Lock>> JoinedTree::lock() {
  auto all = std::make_unique<AllLocks>();
  for (auto* const holder : holders_) {
    REQUEUE_TRY(auto lock, holder->lock());
    all->locks.push_back(std::move(lock));
  }
  return all;
}

}  // namespace requeue::mailroot
