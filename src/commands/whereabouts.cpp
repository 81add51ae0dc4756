#include "commands/whereabouts.h"

#include "core/text.h"
#include "mailroot/places.h"
#include "metabase/metabase.h"

namespace requeue::commands {
namespace {

constexpr const char* or_give = "Nothing was touched. Or give --mailroot DIR.";

tl::unexpected<Error> no_help(std::string path, std::string why, Exit exit = Exit::precondition,
                              std::string hint = or_give) {
  return failure(exit, "the service's settings do not say where its Mailroot is", std::move(path), std::move(why),
                 std::move(hint));
}

std::string list_of(const std::vector<metabase::Server>& servers) {
  std::string list;
  for (const auto& server : servers) {
    list += (list.empty() ? "" : "; ") + server.number + (server.comment.empty() ? "" : " (" + server.comment + ")") +
            ": Queue in " + (server.queue.empty() ? "no place" : server.queue);
  }
  return list;
}

// The one virtual server that is meant.
Result<metabase::Server> server_of(const Context& context, const std::string& path, std::string_view bytes) {
  const auto servers = metabase::parse(bytes);
  if (!servers) return no_help(path, servers.error());
  if (servers->empty()) return no_help(path, "it names no SMTP virtual server");
  const auto& number = context.options.virtual_server;
  for (const auto& server : *servers) {
    if (server.number == number || (number.empty() && servers->size() == 1)) return server;
  }
  return no_help(
      path,
      (number.empty() ? "it names several virtual servers: " : "it names no virtual server " + number + ", but: ") +
          list_of(*servers),
      Exit::usage, "Nothing was touched. Say which: --virtual-server N.");
}

recovery::Settings settings_of(const std::string& path, const metabase::Server& server) {
  return {path, server.number, server.hop_limit, server.strips_dots};
}

struct Named {
  std::string path;
  std::string bytes;
};

Result<std::optional<Named>> read_metabase(Context& context) {
  const auto& given = context.options.metabase;
  if (!given.empty()) {
    REQUEUE_TRY(const auto path, context.files.resolve(given));
    REQUEUE_TRY(auto bytes, context.files.read_named(path, metabase::most_bytes));
    return std::optional(Named{path.string(), std::move(bytes)});
  }
  REQUEUE_TRY(auto found, system_metabase());
  if (!found) return std::optional<Named>();
  return std::optional(Named{std::move(found->path), std::move(found->bytes)});
}

Result<mailroot::Folders> folders_of(const std::string& path, const metabase::Server& server) {
  mailroot::Folders folders;
  for (const auto& [name, folder] : std::initializer_list<std::pair<const char*, const std::string&>>{
           {"Queue", server.queue}, {"Pickup", server.pickup}, {"Badmail", server.badmail}, {"Drop", server.drop}}) {
    if (folder.find('%') != std::string::npos) {
      return no_help(path, std::string(name) + " is " + folder + ", and variables in it are not known here");
    }
    if (!folder.empty()) folders[name] = folder;
  }
  if (!server.queue.empty() && !server.pickup.empty()) return folders;
  return no_help(path, "virtual server " + server.number + " names no " + (server.queue.empty() ? "Queue" : "Pickup"));
}

// The folder that holds them all under their usual names; empty: there is none.
std::string common_folder(const files::Tree& joined, const mailroot::Folders& folders) {
  for (const auto& [name, path] : folders) {
    const auto there = joined.path_of(name);
    if (there.parent_path() != joined.path() || !ascii_iequals(there.filename().string(), name)) return {};
  }
  return joined.path().string();
}

// Folders of the usual names beside Pickup that are not the service's: old mail may stand there, and nobody sends it.
Result<void> tell_left_alone(Context& context, const Site& site) {
  REQUEUE_TRY(const auto home, context.files.open(site.mailroot_path));
  REQUEUE_TRY(const auto entries, home->list(""));
  for (const auto& entry : entries) {
    if (entry.kind != files::Kind::folder || mailroot::role_of(entry.name) == mailroot::Role::other) continue;
    bool ours = false;
    for (const auto& [name, path] : site.folders)
      ours = ours || site.mailroot->path_of(name) == home->path_of(entry.name);
    if (!ours) {
      context.console.warn(printable(home->path_of(entry.name).string()) +
                           " is none of the folders that the service is configured to have: left alone");
    }
  }
  return {};
}

Result<Site> joined_site(Context& context, mailroot::Folders folders) {
  REQUEUE_TRY(auto joined, mailroot::open_folders(context.files, folders));
  for (auto& [name, path] : folders) path = joined->path_of(name).string();
  REQUEUE_TRY(auto site, check_site(context, std::move(joined), std::move(folders)));
  REQUEUE_CHECK(tell_left_alone(context, site));
  return site;
}

Result<Site> site_by(Context& context, const Named& named) {
  REQUEUE_TRY(const auto server, server_of(context, named.path, named.bytes));
  REQUEUE_TRY(auto folders, folders_of(named.path, server));
  REQUEUE_TRY(const auto joined, mailroot::open_folders(context.files, folders));
  const auto common = common_folder(*joined, folders);
  REQUEUE_TRY(auto site, common.empty() ? joined_site(context, std::move(folders)) : open_site(context, common));
  site.settings = settings_of(named.path, server);
  return site;
}

// The Mailroot was given: what the settings of the virtual server that owns it say beside that.
Result<void> add_settings(Context& context, Site& site) {
  if (!context.options.metabase.empty()) {
    REQUEUE_TRY(site.settings, given_settings(context));
    return {};
  }
  const auto found = system_metabase();
  if (!found || !*found) return {};
  const auto servers = metabase::parse((*found)->bytes);
  if (!servers) return {};
  for (const auto& server : *servers) {
    const auto pickup =
        server.pickup.empty() ? Result<files::Path>(files::Path()) : context.files.resolve(server.pickup);
    if (pickup && pickup->parent_path() == site.mailroot->path()) site.settings = settings_of((*found)->path, server);
  }
  return {};
}

Result<Site> recorded_site(Context& context, const recovery::State& state) {
  return state.mailroot_folders.empty() ? open_site(context, unescape_bytes(state.mailroot))
                                        : joined_site(context, state.mailroot_folders);
}

}  // namespace

Result<Site> find_site(Context& context, const recovery::State& state) {
  const auto& options = context.options;
  if (!options.mailroot.empty()) {
    REQUEUE_TRY(const auto given, context.files.resolve(options.mailroot));
    const bool recorded = !state.mailroot_folders.empty() && files::to_text(given) == state.mailroot;
    REQUEUE_TRY(auto site, recorded ? recorded_site(context, state) : open_site(context, options.mailroot));
    REQUEUE_CHECK(add_settings(context, site));
    return site;
  }
  if (options.metabase.empty() && !state.mailroot.empty()) return recorded_site(context, state);
  REQUEUE_TRY(const auto named, read_metabase(context));
  if (named) return site_by(context, *named);
  return failure(Exit::usage, "it is not known which Mailroot is meant", {}, {},
                 "Nothing was touched. Give --mailroot DIR, or --metabase FILE.");
}

Result<std::shared_ptr<files::Tree>> recorded_mailroot(Context& context, const recovery::State& state) {
  return mailroot::open_recorded(context.files, unescape_bytes(state.mailroot), state.mailroot_folders);
}

Result<std::optional<recovery::Settings>> given_settings(Context& context) {
  if (context.options.metabase.empty()) return std::optional<recovery::Settings>();
  REQUEUE_TRY(const auto named, read_metabase(context));
  REQUEUE_TRY(const auto server, server_of(context, named->path, named->bytes));
  return std::optional(settings_of(named->path, server));
}

}  // namespace requeue::commands
