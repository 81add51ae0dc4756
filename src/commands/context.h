// What a command is given and what it gives back. A command neither parses nor prints by itself, so that tests and the
// program drive the same code.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "commands/options.h"
#include "core/progress.h"
#include "service/event_log.h"
#include "service/service.h"

namespace requeue::commands {

// Where a command's words go. Results on stdout, messages on stderr; --json keeps stdout for the one object.
class Console : public Watcher {
 public:
  virtual void result(std::string_view line) = 0;  // already safe to show
  // One typed line. nullopt: nobody can be asked (no terminal). Already safe to show.
  virtual std::optional<std::string> ask(std::string_view /*question*/) { return std::nullopt; }
};

struct Program {
  std::string version;
  std::string build;
  std::string sha256;
};

struct Context {
  const Options& options;
  files::Files& files;          // of a dry run: one that cannot write
  service::Control& service;    // of a dry run: one that neither stops nor starts
  bool service_stated = false;  // --service was given
  Console& console;
  Program program;
  std::function<void(std::chrono::milliseconds)> sleep;
  // --smtp; of a test: a server that is none.
  std::function<Result<std::unique_ptr<submission::Submitter>>(const submission::Server&)> connect;
  service::EventLog* event_log = nullptr;  // none: nothing is told
};

struct Outcome {
  Exit exit = Exit::done;
  Json body = Json::object();  // the command's own keys of the --json object
};

using Command = Result<Outcome> (*)(Context&);

Result<Outcome> inspect(Context& context);
Result<Outcome> evacuate(Context& context);
Result<Outcome> stop(Context& context);
Result<Outcome> start(Context& context);
Result<Outcome> snapshot(Context& context);
Result<Outcome> verify(Context& context);
Result<Outcome> empty(Context& context);
Result<Outcome> adopt(Context& context);
Result<Outcome> probe(Context& context);
Result<Outcome> plan(Context& context);
Result<Outcome> explain(Context& context);
Result<Outcome> replay(Context& context);
Result<Outcome> restore(Context& context);
Result<Outcome> audit(Context& context);
Result<Outcome> report(Context& context);
Result<Outcome> seal(Context& context);
Result<Outcome> note(Context& context);
Result<Outcome> dispose(Context& context);
Result<Outcome> status(Context& context);

}  // namespace requeue::commands
