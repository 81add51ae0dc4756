#include "snapshot/bag.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/crew.h"
#include "core/digest.h"
#include "core/text.h"
#include "snapshot/bag_layout.h"
#include "snapshot/bag_tags.h"
#include "snapshot/files_jsonl.h"

namespace requeue::snapshot {
namespace {

constexpr std::uint64_t largest_tagmanifest = std::uint64_t{1024} * 1024;
constexpr std::array<std::string_view, 4> required_tags{bagit_txt, bag_info_txt, manifest_txt, files_jsonl};

std::string decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = ascii_lower(text.substr(i, 3));
    const char decoded = code == "%25" ? '%' : code == "%0a" ? '\n' : code == "%0d" ? '\r' : '\0';
    out += decoded != '\0' ? decoded : text[i];
    if (decoded != '\0') i += 2;
  }
  return out;
}

// Names are below the bag and never below data/: those are the payload's.
bool is_tag_path(std::string_view path) {
  return is_plain_path(path) && path.find_first_of("\\:") == std::string_view::npos && path != tagmanifest_txt &&
         path != data_folder && path.substr(0, data_folder.size() + 1) != "data/";
}

Result<std::vector<ManifestLine>> parse_tagmanifest(std::string_view text, const files::Relative& name) {
  std::vector<ManifestLine> tags;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return failure(damage(name, "the last line has no end: the file was cut"));
    auto line = parse_manifest_line(text.substr(0, end));
    if (!line || !is_tag_path(line->path)) return failure(damage(name, "a line is not a digest and a tag file's name"));
    tags.push_back(std::move(*line));
    text.remove_prefix(end + 1);
  }
  for (const auto required : required_tags) {
    if (std::none_of(tags.begin(), tags.end(), [&](const auto& tag) { return tag.path == required; })) {
      return failure(damage(name, "it does not name " + std::string(required)));
    }
  }
  return tags;
}

// Parsed in pieces by several threads: most of the time that a plan takes is spent on these lines.
Result<void> read_entries_ahead(files::Tree& recovery, const std::function<Result<void>(const Entry&)>& visit,
                                unsigned jobs) {
  constexpr std::size_t piece = 128;                // lines
  constexpr std::size_t most_text = 1024UL * 1024;  // bytes: many pieces are on their way, and a line may be long
  using Parsed = std::vector<tl::expected<Entry, std::string>>;
  REQUEUE_TRY(auto lines, open_lines(recovery, files::join(folder, files_jsonl)));
  EntryOrder order;
  std::uint64_t number = 0;
  Crew crew(jobs);
  InOrder<Parsed> parsing(crew, [&](Parsed parsed) -> Result<void> {
    for (auto& each : parsed) {
      REQUEUE_TRY(const auto entry, order.check(std::move(each), lines.name(), ++number));
      REQUEUE_CHECK(visit(entry));
    }
    return {};
  });
  const auto parse = [](const std::vector<std::string>& some) {
    Parsed parsed;
    parsed.reserve(some.size());
    EntryParser parser;
    for (const auto& line : some) parsed.push_back(parser.parse(line));
    return parsed;
  };
  std::vector<std::string> some;
  std::size_t text = 0;
  for (;;) {
    auto line = lines.next();
    const bool more = line && *line;
    if (more) {
      text += (*line)->size();
      some.push_back(std::move(**line));
    }
    if (more ? some.size() == piece || text >= most_text : !some.empty()) {
      text = 0;
      REQUEUE_CHECK(parsing.add([parse, taken = std::exchange(some, {})] { return parse(taken); }));
    }
    if (more) continue;
    REQUEUE_CHECK(parsing.finish());  // what stands before damage is seen first
    return line ? Result<void>() : Result<void>(failure(line.error()));
  }
}

}  // namespace

std::optional<ManifestLine> parse_manifest_line(std::string_view line) {
  if (line.size() < 67 || !is_sha256(line.substr(0, 64)) || (line[64] != ' ' && line[64] != '\t')) return std::nullopt;
  const auto begin = line.find_first_not_of(" \t", 64);
  if (begin == std::string_view::npos) return std::nullopt;
  return ManifestLine{std::string(line.substr(0, 64)), decode_percent(line.substr(begin))};
}

Result<std::string> hash_file(files::Tree& tree, const files::Relative& path, files::CacheUse use) {
  REQUEUE_TRY(auto reader, tree.open(path, use));
  std::vector<char> buffer(std::size_t{256} * 1024);
  Sha256 digest;
  for (;;) {
    REQUEUE_TRY(const auto count, reader->read(buffer.data(), buffer.size()));
    if (count == 0) return digest.hex();
    digest.update({buffer.data(), count});
  }
}

Result<bool> is_sealed(files::Tree& recovery, const files::Relative& bag) {
  auto status = recovery.status(files::join(bag, tagmanifest_txt));
  if (status) return status->kind == files::Kind::file;
  if (status.error().cause == Cause::not_found) return false;
  return failure(std::move(status.error()));
}

Result<void> check_tags(files::Tree& recovery, std::string_view root) {
  const auto name = files::join(folder, tagmanifest_txt);
  auto text = files::read_file(recovery, name, largest_tagmanifest);
  if (!text) return failure(as_damage(recovery, std::move(text.error()), name, largest_tagmanifest));
  if (!root.empty() && sha256_hex(*text) != root) {
    return failure(damage(name, "its SHA-256 is not the one that the journal recorded"));
  }
  REQUEUE_TRY(const auto tags, parse_tagmanifest(*text, name));
  for (const auto& tag : tags) {
    const auto path = files::join(folder, tag.path);
    auto sha256 = hash_file(recovery, path, files::CacheUse::past);
    if (!sha256) return failure(as_damage(recovery, std::move(sha256.error()), path));
    if (*sha256 != tag.sha256)
      return failure(damage(path, "its bytes are not those that tagmanifest-sha256.txt names"));
  }
  return {};
}

Result<void> read_entries(files::Tree& recovery, const std::function<Result<void>(const Entry&)>& visit,
                          unsigned jobs) {
  if (jobs > 1) return read_entries_ahead(recovery, visit, jobs);
  REQUEUE_TRY(auto entries, open_entries(recovery, files::Relative(folder)));
  for (;;) {
    REQUEUE_TRY(const auto entry, entries.next());
    if (!entry) return {};
    REQUEUE_CHECK(visit(*entry));
  }
}

Result<void> read_manifest(
    files::Tree& recovery,
    const std::function<Result<void>(const std::string& sha256, const std::string& path)>& visit) {
  REQUEUE_TRY(auto lines, open_lines(recovery, files::join(folder, manifest_txt)));
  for (;;) {
    REQUEUE_TRY(const auto line, lines.next());
    if (!line) return {};
    const auto parsed = parse_manifest_line(*line);
    if (!parsed || !is_stored_path(parsed->path, data_folder)) {
      return failure(damage(lines.name(),
                            "line " + std::to_string(lines.number()) + ": it is not a digest and a path below data/"));
    }
    REQUEUE_CHECK(visit(parsed->sha256, parsed->path));
  }
}

}  // namespace requeue::snapshot
