// --smtp: the server with its credentials read, and connected to.
#pragma once

#include "commands/context.h"

namespace requeue::commands {

// Connected, TLS and AUTH done (Exit::precondition when not): before a run opens and anything is written. The
// credentials stand in the file of --smtp-auth (user, LF, password), or came from the environment.
Result<std::unique_ptr<submission::Submitter>> connect_to_server(Context& context);

// " --smtp HOST:PORT" with the options that go with it, to follow a command; empty without --smtp.
std::string smtp_options(const Context& context);

}  // namespace requeue::commands
