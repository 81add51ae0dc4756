#include "torture/queue.h"

#include <boost/filesystem.hpp>

#include "core/json.h"
#include "core/text.h"
#include "support/temporary_folder.h"

namespace torture {
namespace {

std::string mail(const std::string& subject, const std::string& to, const std::string& body = "Hello\r\n") {
  return "From: sender@example.com\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject +
         "@example.com>\r\n\r\n" + body;
}

std::string submitted(const std::string& receivers, const std::string& message) {
  std::string out = "x-sender: sender@example.com\r\n";
  std::size_t begin = 0;
  while (begin < receivers.size()) {
    const auto end = std::min(receivers.find(' ', begin), receivers.size());
    out += "x-receiver: " + receivers.substr(begin, end - begin) + "\r\n";
    begin = end + 1;
  }
  return out + message;
}

struct File {
  const char* source;
  std::string bytes;
};

std::vector<File> files() {
  const auto copied = mail("copied", "b@example.org");
  const auto lists = mail("announced", "all@example.org");
  return {
      {"Queue/NTFS_01.EML", mail("plain", "b@example.org")},
      {"Queue/NTFS_02.EML", submitted("hidden@example.net c@example.org", mail("blind", "c@example.org"))},
      {"Queue/NTFS_03.EML", copied},
      {"Queue/NTFS_04.EML", copied},
      {"Queue/NTFS_05.EML", submitted("d@example.org e@example.org", lists)},
      {"Queue/NTFS_06.EML", submitted("e@example.org f@example.org", lists)},
      {"Queue/NTFS_07.EML", "Return-Path: <>\r\n" + mail("bounced", "b@example.org")},
      {"Queue/NTFS_08.EML", "To: b@example.org\r\nSubject: unsigned\r\n\r\nNobody wrote this.\r\n"},
      {"Queue/NTFS_09.EML", mail("dotted", "b@example.org", ".\r\n..two\r\n.end\r\n")},
      {"Queue/NTFS_10.EML", mail("large", "b@example.org", std::string(200000, 'x') + "\r\n")},
      {"Queue/NTFS_11.EML", mail("several", "b@example.org, c@example.net")},
      {"Queue/NTFS_12.EML", "From: sender@example.com\nTo: b@example.org\nSubject: unix\n\nLine\n"},
      {"Queue/NTFS_13.EML", ""},
      {"Queue/NTFS_13.LTR", "Conversation with mx.example.org\r\n"},
      {"Pickup/printer-7.txt", submitted("g@example.org", mail("waiting", "g@example.org"))},
      {"Drop/00000001.eml", mail("arrived", "here@example.com")},
      {"Badmail/old.BAD", mail("refused", "nobody@example.org")},
      {"Badmail/old.BDR", "Unable to deliver this message.\r\n"},
      {"Badmail/deep/er/note.txt", "kept by somebody\r\n"},
  };
}

}  // namespace

std::string subject_of(const std::string& bytes) {
  const auto at = bytes.find("Subject: ");
  if (at == std::string::npos) return "(none)";
  return bytes.substr(at + 9, bytes.find_first_of("\r\n", at) - at - 9);
}

void make_queue(const fs::path& mailroot) {
  for (const char* const folder : {"Queue", "Pickup", "Drop", "Badmail", "SortTemp", "Route/empty"}) {
    fs::create_directories(mailroot / folder);
  }
  std::time_t time = 1790000000;
  for (const auto& file : files()) {
    requeue::tests::write(mailroot / file.source, file.bytes);
    fs::last_write_time(mailroot / file.source, time++);
  }
  fs::permissions(mailroot / "Queue/NTFS_01.EML", fs::owner_read);
}

const Deliveries& owed() {
  static const Deliveries all{
      {{"plain", "b@example.org"}, 1},     {{"blind", "hidden@example.net"}, 1}, {{"blind", "c@example.org"}, 1},
      {{"copied", "b@example.org"}, 1},    {{"announced", "d@example.org"}, 1},  {{"announced", "e@example.org"}, 1},
      {{"announced", "f@example.org"}, 1}, {{"dotted", "b@example.org"}, 1},     {{"large", "b@example.org"}, 1},
      {{"several", "b@example.org"}, 1},   {{"several", "c@example.net"}, 1},    {{"unix", "b@example.org"}, 1},
      {{"waiting", "g@example.org"}, 1}};
  return all;
}

Deliveries delivered(const fs::path& folder) {
  Deliveries all;
  for (fs::directory_iterator entry(folder), end; entry != end; ++entry) {
    const auto subject = subject_of(requeue::tests::read(entry->path() / "message.eml"));
    const auto envelope = requeue::parse_object(requeue::tests::read(entry->path() / "envelope.json"));
    if (!envelope) {
      ++all[{subject, "(no envelope)"}];
      continue;
    }
    for (const auto& recipient : (*envelope)["recipients"]) {
      ++all[{subject, requeue::ascii_lower(recipient.get<std::string>())}];
    }
  }
  return all;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (fs::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
    const auto name = entry->path().lexically_relative(folder).string();
    const bool file = fs::is_regular_file(entry->symlink_status());
    all[name] = file ? requeue::tests::read(entry->path()) : std::string("(folder)");
  }
  return all;
}

}  // namespace torture
