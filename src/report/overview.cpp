#include "report/overview.h"

#include <algorithm>
#include <unordered_map>

#include "core/text.h"
#include "report/read_only_recovery.h"
#include "snapshot/bag.h"

namespace requeue::report {
namespace {

using mailroot::Role;

constexpr std::size_t most_reports = 10000;
constexpr std::uint64_t longest_report = 64U << 10U;

// Domains and senders are few, messages many: each message keeps numbers.
class Names {
 public:
  std::uint32_t number_of(const std::string& name) {
    const auto [place, fresh] = numbers_.emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (fresh) names_.push_back(name);
    return place->second;
  }
  [[nodiscard]] const std::string& name(std::uint32_t number) const { return names_[number]; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> names_;
};

struct Seen {
  std::uint32_t sender = 0;
  std::vector<std::uint32_t> domains;  // one for each recipient
};

std::size_t age_column(Timestamp arrival, Timestamp now) {
  const auto minutes = (now.seconds - arrival.seconds) / 60;
  const auto* const place = std::lower_bound(age_minutes.begin(), age_minutes.end(), minutes,
                                             [](unsigned limit, std::int64_t age) { return limit < age; });
  return static_cast<std::size_t>(place - age_minutes.begin());
}

bool is_report(const files::Relative& path) {
  const auto role = mailroot::role_of(mailroot::top_of(path));
  if (role == Role::badmail) return ascii_iends_with(path, ".bdr");
  return role == Role::queue && (ascii_iends_with(path, ".ltr") || ascii_iends_with(path, ".rtr"));
}

class Looking {
 public:
  Looking(files::Tree& tree, OverviewOptions& options) : tree_(tree), options_(options) {
    options_.plan.seen = [this](const replay::Message& message, const replay::Reading& reading) {
      see(message, reading);
    };
  }

  // `stored`: below the tree.
  void see_file(const files::Relative& path, files::Relative stored) {
    if (!is_report(path)) return;
    if (reports_.size() == most_reports) {
      ++out.reasons.left_out;
    } else {
      reports_.push_back(std::move(stored));
    }
  }

  void sum_up(replay::Plan& plan, bool live) {
    std::uint64_t taken = 0;
    for (auto& message : plan.messages) {
      if (!message.final_now && !message.chosen_now) continue;
      if (live && message.disposition == replay::Disposition::failed && is_gone(message.source)) {
        ++out.vanished;
        continue;
      }
      if (taken++ == options_.limit) break;
      add(message);
    }
    out.not_mail = plan.not_mail;
    out.notes = plan.notes;
    for (const auto& stored : reports_) read_report(stored);
  }

  Overview out;

 private:
  void see(const replay::Message& message, const replay::Reading& reading) {
    const auto& envelope = reading.envelope;
    Seen seen;
    seen.sender = names_.number_of(envelope.null_sender ? "<>" : ascii_lower(envelope.sender));
    seen.domains.reserve(envelope.recipients.size());
    for (const auto& recipient : envelope.recipients)
      seen.domains.push_back(names_.number_of(mail::domain_of(recipient)));
    seen_.emplace(message.source, std::move(seen));
  }

  // What stands there and cannot be read is not gone: the service did not take it.
  [[nodiscard]] bool is_gone(const files::Relative& source) const {
    const auto status = tree_.status(source);
    return !status && status.error().cause == Cause::not_found;
  }

  void add(const replay::Message& message) {
    using replay::Disposition;
    ++out.counts.found;
    count(message.disposition);
    if (message.streams != 0) ++out.with_streams;
    if (message.disposition == Disposition::held) ++out.held[std::string(message.rule)];
    if (message.disposition != Disposition::held && message.disposition != Disposition::pending) return;
    ++out.envelope_sources[std::string(mail::to_string(message.envelope_source))];
    const auto seen = seen_.find(message.source);
    if (seen == seen_.end()) return;
    ++out.senders[names_.name(seen->second.sender)];
    const auto column = age_column(message.arrival, options_.now);
    for (const auto domain : seen->second.domains) {
      auto& row = out.domains[names_.name(domain)];
      ++row.total;
      ++row.by_age.at(column);
    }
  }

  void count(replay::Disposition disposition) {
    using replay::Disposition;
    auto& counts = out.counts;
    switch (disposition) {
      case Disposition::pending:
        ++counts.pending;
        break;
      case Disposition::replayed:
        ++counts.replayed;
        break;
      case Disposition::duplicate:
        ++counts.duplicate;
        break;
      case Disposition::held:
        ++counts.held;
        break;
      case Disposition::skipped:
        ++counts.skipped;
        break;
      case Disposition::in_doubt:
        ++counts.in_doubt;
        break;
      case Disposition::failed:
        ++counts.failed;
        break;
    }
  }

  void read_report(const files::Relative& stored) {
    const auto reader = tree_.open(stored);
    if (!reader) {
      if (reader.error().cause != Cause::not_found) ++out.reasons.left_out;  // else it was taken away meanwhile
      return;
    }
    std::string text(longest_report, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
      const auto got = (*reader)->read(text.data() + size, text.size() - size);
      if (!got || *got == 0) break;
      size += *got;
    }
    ++out.reasons.read;
    const auto reason = reason_of(std::string_view(text).substr(0, size));
    ++(reason.empty() ? out.reasons.no_failure : out.reasons.counts[reason]);
  }

  files::Tree& tree_;
  OverviewOptions& options_;
  Names names_;
  std::unordered_map<std::string, Seen> seen_;
  std::vector<files::Relative> reports_;
};

// The files directly in Queue and Pickup, and the reports in Badmail. The service may take any of them at any moment.
Result<void> each_live(files::Tree& tree, Looking& looking, const replay::Visit& visit) {
  REQUEUE_TRY(const auto folders, tree.list(""));
  for (const auto& folder : folders) {
    const auto role = mailroot::role_of(folder.name);
    if (folder.kind != files::Kind::folder || role == Role::mailbox || role == Role::other) continue;
    auto entries = tree.list(folder.name);
    if (!entries) {
      if (entries.error().cause == Cause::not_found) continue;
      return failure(std::move(entries.error()));
    }
    for (const auto& found : *entries) {
      snapshot::Entry entry;
      entry.source = entry.stored = files::join(folder.name, found.name);
      looking.see_file(entry.source, entry.stored);
      const auto status = tree.status(entry.source);
      if (!status) continue;
      entry.status = *status;
      const auto streams = tree.streams(entry.source);
      if (streams) entry.streams.resize(streams->size());
      REQUEUE_CHECK(visit(entry));
    }
  }
  return {};
}

}  // namespace

Result<Overview> overview_of_mailroot(files::Tree& mailroot, OverviewOptions options, Watcher& watcher) {
  const recovery::State state;
  const replay::Ledger ledger;
  ReadOnlyRecovery as_recovery(mailroot, state, {}, 0);
  Looking looking(mailroot, options);
  REQUEUE_TRY(looking.out.folders, mailroot::count_folders(mailroot));
  REQUEUE_TRY(auto plan,
              replay::preview(as_recovery, ledger, options.plan, watcher,
                              {[&](const replay::Visit& visit) { return each_live(mailroot, looking, visit); }, true}));
  looking.sum_up(plan, true);
  return std::move(looking.out);
}

Result<Overview> overview_of_recovery(recovery::Recovery& recovery, const replay::Ledger& ledger,
                                      OverviewOptions options, Watcher& watcher) {
  Looking looking(recovery.tree(), options);
  std::map<std::string, mailroot::FolderCount> folders;
  const auto count = [&](const snapshot::Entry& entry) {
    const std::string top(mailroot::top_of(entry.source));
    if (entry.status.kind == files::Kind::folder && !entry.source.empty() && top.empty()) folders[entry.source];
    if (entry.status.kind != files::Kind::file) return;
    auto& folder = folders[top];
    folder.bytes += entry.status.size;
    if (folder.files++ == 0 || entry.status.written < folder.oldest) folder.oldest = entry.status.written;
    looking.see_file(entry.source, files::join(snapshot::folder, entry.stored));
  };
  const auto each = [&](const replay::Visit& visit) {
    return snapshot::read_entries(recovery.tree(), [&](const snapshot::Entry& entry) {
      count(entry);
      return visit(entry);
    });
  };
  REQUEUE_TRY(auto plan, replay::preview(recovery, ledger, options.plan, watcher, {each, false}));
  for (auto& [name, folder] : folders) {
    folder.name = name;
    folder.role = mailroot::role_of(name);
    looking.out.folders.push_back(std::move(folder));
  }
  looking.sum_up(plan, false);
  return std::move(looking.out);
}

}  // namespace requeue::report
