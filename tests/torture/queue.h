// The queue that is evacuated and replayed at every point: each kind of decision is in it, and who is owed what is
// written down by hand.
#pragma once

#include <map>
#include <string>
#include <utility>

#include <boost/filesystem/path.hpp>

namespace torture {

namespace fs = boost::filesystem;

// Subject and recipient (lower case), to how many times it must arrive.
using Deliveries = std::map<std::pair<std::string, std::string>, int>;

// The first Subject line of a message of the queue; "(none)" when it has none.
std::string subject_of(const std::string& bytes);
void make_queue(const fs::path& mailroot);
const Deliveries& owed();
// What the stand-in has delivered into `folder`.
Deliveries delivered(const fs::path& folder);

// Every file below a folder with its bytes, for comparing trees past the program's own code.
std::map<std::string, std::string> contents(const fs::path& folder);

}  // namespace torture
