#include "report/selection.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "mail/message.h"
#include "mailroot/mailroot.h"

namespace requeue::report {
namespace {

constexpr std::uint64_t header_limit = 64ULL << 10U;

bool is_companion(std::string_view name) {
  constexpr std::array<std::string_view, 4> extensions{".ltr", ".rtr", ".bdr", ".bdp"};
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](std::string_view extension) { return ascii_iends_with(name, extension); });
}

Selected in_queue(std::string_view name) {
  if (ascii_iends_with(name, ".eml")) return Selected::yes;
  return is_companion(name) ? Selected::no : Selected::if_header;
}

Selected with_extension(std::string_view name, std::string_view extension) {
  return ascii_iends_with(name, extension) ? Selected::yes : Selected::no;
}

bool begins_with_header(files::Tree& recovery, const files::Relative& path) {
  auto reader = recovery.open(path);
  if (!reader) return false;
  std::string rest;
  const auto block = mail::read_header_block(**reader, &rest, header_limit);
  return block && block->is_header;
}

}  // namespace

Selected select(std::string_view source, const std::set<std::string>& replayed_folders) {
  const auto slash = source.find('/');
  if (slash == std::string_view::npos || source.find('/', slash + 1) != std::string_view::npos) return Selected::no;
  const auto top = source.substr(0, slash);
  const auto name = source.substr(slash + 1);
  const bool asked = replayed_folders.contains(ascii_lower(top));
  switch (mailroot::role_of(top)) {
    case mailroot::Role::queue:
      return in_queue(name);
    case mailroot::Role::pickup:
      return Selected::yes;
    case mailroot::Role::drop:
      return asked ? with_extension(name, ".eml") : Selected::no;
    case mailroot::Role::badmail:
      return asked ? with_extension(name, ".bad") : Selected::no;
    default:
      return Selected::no;
  }
}

bool is_message(files::Tree& recovery, const snapshot::Entry& entry, const std::set<std::string>& replayed_folders) {
  if (entry.status.kind != files::Kind::file) return false;
  const auto selected = select(entry.source, replayed_folders);
  if (selected != Selected::if_header) return selected == Selected::yes;
  return begins_with_header(recovery, stored_path(entry.stored));
}

files::Relative stored_path(std::string_view stored) {
  return files::join(snapshot::folder, stored);
}

}  // namespace requeue::report
