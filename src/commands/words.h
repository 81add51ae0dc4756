// Words that several commands say: counts, and the next command as the administrator types it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "commands/context.h"
#include "recovery/state.h"

namespace requeue::commands {

// "1 file", "2 files".
std::string counted(std::uint64_t count, std::string_view one);
// Recipients that an SMTP server refused while the others of their message went out; empty: none.
std::string refused_words(const Context& context, const recovery::State& state);

// One word of a command line, quoted where the platform's shell would take it apart or run it. Folder names come from
// the disk: pasted, they must stay names.
std::string shell_quoted(const std::string& word);

// "requeue VERB --recovery R", with the folder as it was given.
std::string again(const Context& context, std::string_view verb);
// " --mailroot M", or the --metabase options where they were given in its place: the folders need not stand in M.
std::string mailroot_options(const Context& context, const std::string& mailroot);
// The same with these: M by its bytes, as a shell takes it, not as the record writes it.
std::string again(const Context& context, std::string_view verb, const std::string& mailroot);
std::string again(const Context& context, std::string_view verb, const recovery::State& state);  // the recorded one
// The same with another recovery folder, and all options that it takes: for one that a mark names.
std::string on_another(const Context& context, std::string_view verb, const std::string& recovery,
                       const std::string& mailroot);
// The replay that goes on with what the journal knows of the newest one: its way, and why no probe was made.
std::string next_replay(const Context& context, const recovery::State& state);
// " --pickup DIR", for a person to fill in, where neither the record nor this command knows one; else empty.
std::string unknown_pickup(const Context& context, const recovery::State& state);
// How a restore that was cut short is ended, where something else waits for that.
std::string restore_first(const Context& context, const recovery::State& state);
// The probe with the recorded Mailroot, or by SMTP where the newest one went so.
std::string next_probe(const Context& context, const recovery::State& state);
// Whether a replay would be refused for want of one.
bool needs_probe(const recovery::State& state);

// The service as a sentence calls it: by its name, or by what drives it. Safe to show.
std::string service_in_words(const Context& context);
// The --service options as they were given, to follow a command that asks after the service; empty for the default.
std::string service_options(const Context& context);
// " --keep NAME --empty-mailbox" as the evacuation that was cut short had them: what it leaves in place is left by the
// one that goes on, or it is refused.
std::string scope_options(const recovery::State& state);
// "requeue start ..." or, where requeue drives no service, what a person does. A sealed record takes no more lines: of
// one it is `start` alone, which would be refused with --recovery.
std::string start_the_service(const Context& context, bool sealed = false);

}  // namespace requeue::commands
