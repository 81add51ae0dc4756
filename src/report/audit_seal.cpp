// seal.json against the journal's line that names it, its counts against the record at that line, and its signature.
#include "core/digest.h"
#include "core/text.h"
#include "report/audit_work.h"
#include "seal/minisign.h"
#include "seal/seal.h"

namespace requeue::report {
namespace {

const std::string seal_path(seal::file_name);
const std::string signature_path(seal::signature_name);

bool stands(AuditWork& work, std::string_view name) {
  return work.tree.status(files::Relative(name)).has_value();
}

// nullopt: a finding was made.
Result<std::optional<std::string>> read_whole(AuditWork& work, std::string_view name, std::uint64_t limit) {
  auto read = files::read_file(work.tree, files::Relative(name), limit);
  if (read) return std::optional(std::move(*read));
  const auto found = work.tree.status(files::Relative(name));
  const bool wrong =
      found ? found->kind != files::Kind::file || found->size > limit : found.error().cause == Cause::not_found;
  if (!wrong && ends_audit(read.error())) return failure(read.error());
  work.find(std::string(name) + " cannot be read (" + printable(read.error().why) + "), though line " +
            std::to_string(work.state.sealed_at) + " of journal.jsonl records it.");
  return std::nullopt;
}

// The seal's own head is the line before the one that names it: nothing stands between them.
void check_place(AuditWork& work, const Json& sealed) {
  const auto& line = *work.seal_line;
  if (text_of(sealed, "head") == line.before && integer_of(sealed, "seq") == line.number - 1) return;
  work.find("seal.json names another head than line " + std::to_string(line.number - 1) +
            " of journal.jsonl has: it is the seal of another record.");
}

void check_counts(AuditWork& work, const Json& sealed) {
  const auto balance = sealed.find("balance");
  if (balance == sealed.end() || !balance->is_object() || !work.tally.sealed()) return;
  // No message is added after a seal.
  for (const auto& [key, value] : named_counts(work.tally.sealed()->counted, work.result.balance.found)) {
    const auto said = integer_of(*balance, key, -1);
    if (said >= 0 && static_cast<std::uint64_t>(said) == value) continue;
    work.find("seal.json states " + std::string(key) + " " + std::to_string(said) + ", but the record had come to " +
              std::to_string(value) + " when it was sealed.");
  }
}

Result<void> check_signature(AuditWork& work, const std::string& bytes) {
  auto& told = *work.result.seal;
  const auto& key = work.options.public_key;
  if (!stands(work, seal::signature_name)) {
    told.signature = "none";
    if (key)
      work.find("The seal is not signed, though a public key was given to check it with.");
    else if (!work.seal_line->signed_by.empty())
      work.find(signature_path + " is gone; the seal was signed with key " + printable(work.seal_line->signed_by) +
                ".");
    return {};
  }
  REQUEUE_TRY(const auto text, read_whole(work, seal::signature_name, 65536));
  if (!text) return {};
  const auto read =
      key ? seal::check_signature(*text, signature_path, *key, bytes) : seal::read_signature(*text, signature_path);
  told.signature = !read ? "bad" : key ? "good" : "unchecked";
  if (!read) {
    work.find(read.error());
    return {};
  }
  told.signed_by = read->key_name;
  const auto& recorded = work.seal_line->signed_by;
  if (recorded.empty()) {
    if (!key) work.note("seal.json was signed outside of requeue: the journal names no key.");
  } else if (recorded != told.signed_by) {
    told.signature = "bad";
    work.find(signature_path + " names key " + told.signed_by + ", but line " + std::to_string(work.seal_line->number) +
              " of journal.jsonl says that the seal was signed with key " + printable(recorded) + ".");
    return {};
  }
  if (!key) work.note("The seal's signature (key " + told.signed_by + ") was not checked: give --public-key FILE.");
  return {};
}

void tell_what_followed(AuditWork& work) {
  auto& told = *work.result.seal;
  told.following = work.result.records - told.line;
  if (work.after_seal.empty()) return;
  std::string verbs;
  for (const auto& verb : work.after_seal) verbs += (verbs.empty() ? "" : ", ") + printable(verb);
  work.note("After the seal: " + std::to_string(told.following) + " journal lines, by " + verbs + ".");
}

}  // namespace

Result<void> audit_seal(AuditWork& work) {
  if (!work.seal_line) {
    if (stands(work, seal::file_name)) {
      work.note("seal.json is named by no line of the journal: the run that wrote it was cut short. Run seal again.");
    }
    if (work.options.public_key) work.find("The record is not sealed, though a public key was given to check a seal.");
    return {};
  }
  work.result.seal = Sealed{work.seal_line->number, false, "none", {}, 0};
  const auto findings = work.findings;
  REQUEUE_TRY(const auto bytes, read_whole(work, seal::file_name, seal::size_limit));
  if (!bytes) return {};
  if (sha256_hex(*bytes) != work.state.seal_sha256) {
    work.find(seal_path + " is not what line " + std::to_string(work.seal_line->number) +
              " of journal.jsonl recorded: it was changed.");
  } else if (const auto sealed = parse_object(*bytes)) {
    check_place(work, *sealed);
    check_counts(work, *sealed);
  } else {
    work.find(seal_path + " is no JSON object.");
  }
  REQUEUE_CHECK(check_signature(work, *bytes));
  tell_what_followed(work);
  work.result.seal->valid = work.findings == findings;
  return {};
}

}  // namespace requeue::report
