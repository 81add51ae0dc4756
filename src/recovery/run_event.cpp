#include "recovery/run_event.h"

#include "core/text.h"
#include "recovery/host.h"

namespace requeue::recovery {
namespace {

Json deciding_json(const std::vector<std::vector<std::string>>& options) {
  Json list = Json::array();
  for (const auto& option : options) {
    Json words = Json::array();
    for (const auto& word : option) words.push_back(escape_bytes(word));
    list.push_back(std::move(words));
  }
  return list;
}

}  // namespace

Json run_fields(const RunFacts& facts, const std::string& id, const std::string& boot, std::uint64_t details_bytes) {
  const Host host = this_host();
  Json fields;
  fields["schema"] = schema;
  fields["recovery"] = id;
  fields["command"] = escape_bytes(facts.command);
  fields["version"] = escape_bytes(facts.version);
  fields["build"] = escape_bytes(facts.build);
  fields["program_sha256"] = escape_bytes(facts.program_sha256);
  fields["host"] = escape_bytes(host.name);
  fields["os"] = escape_bytes(host.os);
  fields["boot"] = escape_bytes(boot);
  fields["utc_offset"] = host.utc_offset;
  fields["account"] = escape_bytes(host.account);
  fields["operator"] = escape_bytes(facts.operator_name);
  fields["ticket"] = escape_bytes(facts.ticket);
  if (!facts.reason.empty()) fields["reason"] = escape_bytes(facts.reason);
  fields["command_line"] = escape_bytes(facts.command_line);
  if (facts.deciding) fields["deciding"] = deciding_json(*facts.deciding);
  fields["mailroot"] = escape_bytes(facts.mailroot);
  for (const auto& [name, path] : facts.mailroot_folders) fields["mailroot_folders"][name] = escape_bytes(path);
  if (facts.settings) fields["settings"] = to_json(*facts.settings);
  if (details_bytes > 0) fields[details_bytes_field] = details_bytes;
  return fields;
}

}  // namespace requeue::recovery
