// What the stand-in must ask of the system beyond the standard library.
#pragma once

#include <boost/filesystem/path.hpp>

namespace standin {

// Does somebody have the file open for writing? The service leaves such a file for later.
bool is_being_written(const boost::filesystem::path& file);
// Can a file be renamed from one folder to the other?
bool same_volume(const boost::filesystem::path& a, const boost::filesystem::path& b);

}  // namespace standin
