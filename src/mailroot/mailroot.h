// The Mailroot: which folders there are, what they hold, and whether this is one at all.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "files/files.h"

namespace requeue::mailroot {

// What a folder directly below the Mailroot is for. Names are compared without case.
enum class Role { queue, pickup, drop, badmail, mailbox, route, sort_temp, other };

Role role_of(std::string_view top_folder);
std::string_view to_string(Role role);
// The first component of a source ("Queue/a.eml" -> "Queue"); empty for a file in the Mailroot itself.
std::string_view top_of(std::string_view source);
// Where the probe's test message is composed, directly below the Mailroot: no mail, and the next probe removes it, so a
// probe that was killed never stands in the way of an evacuation. walk() leaves it out.
inline constexpr std::string_view probe_staging = ".requeue-probe";
// A file directly below the Mailroot while that is being emptied (mailroot/evacuation_mark.h). walk() leaves it out.
inline constexpr std::string_view evacuation_mark = ".requeue-evacuation";
// A folder named .requeue-ID directly below the Mailroot: our own staging. The probe's is none.
bool is_staging(std::string_view top_folder);

// One thing in the tree, found without following any link.
struct Item {
  files::Relative path;
  files::Status status;
  std::vector<files::Stream> streams;  // of files and folders
  std::string target;                  // of links
};

struct Counts {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t folders = 0;  // below the Mailroot
  std::uint64_t streams = 0;
  std::uint64_t others = 0;  // links and special files: recorded and named, never opened
};

// What was listed a moment ago and is gone: an error, or passed over in a look at a Mailroot whose service runs.
enum class Vanished { error, passed_over };

// Walks the whole tree in bytewise order of paths, a folder before what is in it; the root itself first (path ""). A
// staging folder of ours that holds only its token is left out, and the mark of an evacuation. Iterative: a 300-deep
// tree is an ordinary one. `jobs`: how many items are looked at ahead of the visit, which is one at a time and in
// order. `inspect`: a closer look at each, with the first one: by several threads at once and in no order; what it
// finds wrong ends the walk in the item's turn, before the visit.
using Inspect = std::function<Result<void>(const Item&)>;
Result<Counts> walk(files::Tree& mailroot, const std::function<Result<void>(const Item&)>& visit,
                    Vanished vanished = Vanished::error, unsigned jobs = 1, const Inspect& inspect = {});

// What must hold before anything is touched (Exit::precondition): a folder with Queue or Pickup directly in it (else
// the likely path is named), no link in place of Queue, Pickup, Drop, Badmail or Mailbox (its target is named), no
// staging folder of ours with mail in it (its recovery folder is named).
Result<void> check(files::Tree& mailroot);
// The same for who only looks, at any time: a replay may be under way, or cut short.
Result<void> check_to_look(files::Tree& mailroot);
// The refusal of a link in place of one of its folders.
Error link_in_place(files::Tree& mailroot, const std::string& name);
// A file that another program still holds open, after the service has stopped; nullopt when there is none. Mailbox is
// left out: it is another service's, and live.
Result<std::optional<files::Relative>> first_held(files::Tree& mailroot, unsigned jobs = 1);

struct FolderCount {
  std::string name;  // top folder as found, "" for files in the Mailroot itself
  Role role = Role::other;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  Timestamp oldest;  // write time; zero when there is no file
};
Result<std::vector<FolderCount>> count_folders(files::Tree& mailroot);

// All that is there, seen in one walk.
struct Survey {
  Counts counts;
  std::vector<FolderCount> folders;
};
Result<Survey> survey(files::Tree& mailroot);
// What must hold for a run that will remove: every file readable, every folder changeable by this user
// (Exit::precondition). The service may be at work: what it has open, or takes away meanwhile, is passed over.
Result<Survey> check_rights(files::Tree& mailroot, unsigned jobs = 1);

// `.requeue-ID/token`: who owns a staging folder. First line the ID, second the recovery folder's path, which stands
// there as in a CSV cell (escape_bytes, escape_controls).
struct Token {
  std::string id;
  std::string recovery;  // true bytes
};
std::string render(const Token& token);
Token parse_token(std::string_view bytes);
Result<Token> read_token(files::Tree& tree, std::string_view staging_folder);

}  // namespace requeue::mailroot
