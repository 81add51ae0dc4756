// A Mailroot whose folders do not stand in one: each where the service is configured to have it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "files/files.h"

namespace requeue::mailroot {

// "Queue" -> "E:\Queue": the folder's name in the snapshot, and where it is (absolute, resolved but for the last name).
using Folders = std::map<std::string, std::string>;

// One Tree that shows them under their names in the snapshot, so that snapshot, empty and restore need not know. Its
// path is the folder that holds Pickup ("home"); of what else stands in home it shows staging folders of ours, and
// nothing. A rename from one place into another is refused (Cause::cross_volume). Its lock holds every folder that
// holds one.
//
// Refused (Exit::precondition): no Pickup and no Queue; a place that is missing, no folder, or not below another
// folder; two that are the same or lie one inside the other. A link is left to check().
Result<std::shared_ptr<files::Tree>> open_folders(files::Files& files, const Folders& folders);

// The Mailroot as a journal names it: `folders` where there are any, else the folder `mailroot`.
Result<std::shared_ptr<files::Tree>> open_recorded(files::Files& files, const std::string& mailroot,
                                                   const Folders& folders);

// Whether `inner` is `outer` or lies in it. ASCII case ignored: on Windows they are the same, elsewhere it errs towards
// refusing.
bool is_inside(std::string_view inner, std::string_view outer);

}  // namespace requeue::mailroot
