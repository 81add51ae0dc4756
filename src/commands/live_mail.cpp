#include "commands/live_mail.h"

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/handoff.h"

namespace requeue::commands {
namespace {

Result<void> add_file(files::Tree& tree, const files::Relative& path, const std::string& name, replay::LiveMail& live) {
  live.names.insert(ascii_lower(name));
  auto reader = tree.open(path);
  if (!reader) {
    // Taken by the service between the listing and now: its name alone stands for it.
    if (reader.error().cause == Cause::not_found || reader.error().cause == Cause::busy) return {};
    return failure(std::move(reader.error()));
  }
  Sha256 digest;
  std::string buffer(1U << 16U, '\0');
  for (;;) {
    REQUEUE_TRY(const auto got, (*reader)->read(buffer.data(), buffer.size()));
    if (got == 0) break;
    digest.update(std::string_view(buffer.data(), got));
  }
  live.digests.insert(digest.hex());
  return {};
}

Result<void> add_folder(files::Tree& tree, const files::Relative& folder, const std::string& id,
                        replay::LiveMail& live) {
  REQUEUE_TRY(const auto entries, tree.list(folder));
  for (const auto& entry : entries) {
    if (entry.kind != files::Kind::file || entry.name.find("-" + id + "-") != std::string::npos) continue;
    REQUEUE_CHECK(add_file(tree, files::join(folder, entry.name), entry.name, live));
  }
  return {};
}

bool is_sent_from(const files::Entry& entry) {
  const auto role = mailroot::role_of(entry.name);
  return role == mailroot::Role::queue || role == mailroot::Role::pickup;
}

Result<void> add_tree(files::Tree& tree, const std::string& id, replay::LiveMail& live) {
  REQUEUE_CHECK(require_no_linked_mail(tree));
  REQUEUE_TRY(const auto entries, tree.list(""));
  for (const auto& entry : entries) {
    if (!is_sent_from(entry)) continue;
    if (entry.kind == files::Kind::folder) REQUEUE_CHECK(add_folder(tree, entry.name, id, live));
  }
  return {};
}

}  // namespace

Result<void> require_no_linked_mail(files::Tree& mailroot) {
  REQUEUE_TRY(const auto entries, mailroot.list(""));
  for (const auto& entry : entries) {
    if (entry.kind == files::Kind::link && is_sent_from(entry)) {
      return failure(mailroot::link_in_place(mailroot, entry.name));
    }
  }
  return {};
}

Result<replay::LiveMail> live_mail(files::Files& files, files::Tree* mailroot, const std::string& pickup,
                                   const std::string& id) {
  replay::LiveMail live;
  if (mailroot != nullptr) REQUEUE_CHECK(add_tree(*mailroot, id, live));
  if (!pickup.empty()) {
    REQUEUE_TRY(const auto resolved, replay::resolve_pickup(files, pickup));
    REQUEUE_TRY(const auto tree, files.open(resolved));
    REQUEUE_CHECK(add_folder(*tree, "", id, live));
    REQUEUE_TRY(const auto beside, files.open(resolved.parent_path()));
    REQUEUE_CHECK(add_tree(*beside, id, live));
  }
  return live;
}

}  // namespace requeue::commands
