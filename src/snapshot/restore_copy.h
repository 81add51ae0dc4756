// One file put back: copied out of the bag under a temporary name, checked while it is copied, complete in every
// respect before it is given its own name.
#pragma once

#include <string>

#include "snapshot/bag.h"

namespace requeue::snapshot {

enum class Copied {
  whole,
  damaged,     // its bytes, or those of a stream, are not what the manifest says
  impossible,  // this folder cannot take it: the name, the rights
};
struct CopyResult {
  Copied copied = Copied::whole;
  std::string why;  // of a whole one: what it lacks all the same; empty: nothing
};

// A target that cannot take one file is told and passed over; a device that fails, or is full, is not.
bool ends_the_run(Cause cause);

// `holder` holds the bag. An error: the target's device cannot be written, which ends the run. Whatever is not whole
// leaves nothing behind.
Result<CopyResult> copy_out(files::Tree& holder, const Entry& entry, files::Tree& target,
                            const files::Relative& temporary, bool with_streams);

// Streams of a file or a folder; the first that is damaged is told.
Result<CopyResult> put_streams(files::Tree& holder, const Entry& entry, files::Tree& target,
                               const files::Relative& path);

// Owner and access list; what could not be set, in words, or nothing.
std::string put_rights(const Entry& entry, files::Tree& target, const files::Relative& path);

// Times, mode, attributes and owner as they were found.
files::Attributes attributes_of(const files::Status& status);

// Temporary names, and whether a name is one: left behind by a restore that was killed, removed by the next.
std::string temporary_name(std::uint64_t number);
bool is_temporary_name(std::string_view name);

}  // namespace requeue::snapshot
