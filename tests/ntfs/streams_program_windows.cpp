// What requeue.exe does, with two answers in place of Wine's, which can neither list the streams of a file nor say that
// a volume keeps any: the names that the first word's file holds (one a line) are tried, and the volume keeps streams.
// Their bytes are read and written by the very code that is shipped.
#include <windows.h>

#include <cstdio>
#include <fstream>

#include "cli/cli.h"
#include "core/sleep.h"
#include "core/text.h"
#include "core/wide_windows.h"
#include "files/nt_windows.h"
#include "submission/submission.h"
#include "support/altered_files.h"

namespace {

using namespace requeue;

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(files::Path(path).c_str(), std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

files::nt::StreamLister lister_of(std::vector<std::string> names) {
  return [names = std::move(names)](const files::Path& path) -> Result<std::vector<files::Stream>> {
    std::vector<files::Stream> found;
    for (const auto& name : names) {
      const auto stream = files::nt::extended_text(path) + L":" + wide(name);
      const HANDLE opened = CreateFileW(stream.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                        OPEN_EXISTING, 0, nullptr);
      if (opened == INVALID_HANDLE_VALUE) continue;
      LARGE_INTEGER size{};
      GetFileSizeEx(opened, &size);
      CloseHandle(opened);
      found.push_back({name, static_cast<std::uint64_t>(size.QuadPart)});
    }
    return found;
  };
}

class PlainConsole final : public commands::Console {
 public:
  void result(std::string_view /*line*/) override {}
  void say(std::string_view line) override { std::fprintf(stderr, "%s\n", std::string(line).c_str()); }
  void warn(std::string_view line) override { say(line); }
};

int tell(Exit exit, const Json& body) {
  std::printf("%s\n", to_line(body).c_str());
  return static_cast<int>(exit);
}

}  // namespace

int main(int count, char** arguments) {
  auto words = cli::prepare(count, arguments);
  if (words.empty()) return 2;
  files::nt::stream_lister() = lister_of(lines_of(words.front()));
  words.erase(words.begin());
  const auto parsed = cli::parse(words);
  if (parsed.command == nullptr) return 2;
  tests::AlteredFiles files;
  files.alter_volume = [](files::Volume& volume) { volume.keeps_streams = true; };
  const auto service = service::no_service();
  PlainConsole console;
  commands::Context context{
      parsed.options, files,
      *service,       true,
      console,        cli::this_program(),
      sleep_for,      [](const submission::Server& server) { return submission::connect(server); }};
  auto outcome = parsed.command(context);
  if (!outcome) return tell(outcome.error().exit, Json{{"error", escape_bytes(to_text(outcome.error()))}});
  return tell(outcome->exit, outcome->body);
}
