// SMTP logs on a disk: files and folders of them, plain or gzip.
#pragma once

#include <string>
#include <vector>

#include "core/progress.h"
#include "files/files.h"
#include "smtplog/evidence.h"

namespace requeue::replay {

// Reads each file, and of a folder those named *.log and *.log.gz, by name; gzip by its first bytes, unpacked as it is
// read. The files that were read, in this order. Exit::usage for what cannot be read as a log: it is refused, not
// passed over.
Result<std::vector<std::string>> read_log_files(files::Files& files, const std::vector<std::string>& paths,
                                                smtplog::Evidence& evidence, Watcher& watcher);

// That refusal.
tl::unexpected<Error> no_log(const std::string& path, std::string why, std::string hint);

}  // namespace requeue::replay
