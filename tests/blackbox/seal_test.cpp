// The end of a recovery: sealed, signed, noted on, and disposed of, with the record still standing on its own.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include <iostream>

#include "blackbox/record.h"
#include "blackbox/window.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

// Made by minisign -G -W for these tests; guards nothing.
constexpr const char* public_key = "RWR4HHooZKRjKPC2U4ySs+E7atI5ZR0AxvejNfnM/Zjj1W/SKEoxBvJy\n";
constexpr const char* other_key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\n";
constexpr const char* secret_key =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAeBx6KGSkYygeFEs9cEwkEfSXWNajwdogq4c+hC4t"
    "O3F7dLXZ0NyUIfC2U4ySs+E7atI5ZR0AxvejNfnM/Zjj1W/SKEoxBvJyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

// Two that are replayed, one held (a bounce), one file of another product.
struct Replayed : Window {
  Replayed() {
    put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
    put("Queue/NTFS_2.EML", mail("two", "b@example.org"));
    put("Queue/NTFS_3.EML", "x-sender: <>\r\nx-receiver: c@example.org\r\n" + mail("bounce", "c@example.org"));
    put("Drop/order.eml", mail("order", "d@example.org"));
    write(folder.path() / "requeue.pub", std::string("untrusted comment: for tests\n") + public_key);
    write(folder.path() / "other.pub", other_key);
    write(folder.path() / "requeue.key", secret_key);
    evacuate();
    CHECK(replay().exit == 3);
  }
};

Answer of(const Window& window, std::vector<std::string> verb) {
  verb.insert(verb.end(), {"--recovery", window.recovery.string()});
  return window.ask(verb);
}

std::string file(const Window& window, const char* name) {
  return (window.folder.path() / name).string();
}

Answer sealed(const Window& window) {
  return of(window, {"seal", "--sign-key", file(window, "requeue.key"), "--ticket", "CHG0042"});
}

Answer checked(const Window& window) {
  return of(window, {"audit", "--public-key", file(window, "requeue.pub")});
}

void change_byte(const fs::path& path, std::size_t at) {
  auto bytes = read(path);
  bytes.at(at) = bytes[at] == '0' ? '1' : '0';
  write(path, bytes);
}

bool names(const Answer& answer, const std::string& words) {
  for (const auto& finding : answer.json["findings"]) {
    if (finding.get<std::string>().find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a seal sums the record up, and audit checks it with the public half", "[seal]") {
  const Replayed window;
  const auto seal = sealed(window);
  CHECK(seal.exit == 3);  // one is held
  CHECK(seal.json["sealed"]["open"] == 1);
  const auto json = parse_object(read(window.recovery / "seal.json"));
  REQUIRE(json);
  CHECK((*json)["balance"]["found"] == 3);
  CHECK((*json)["balance"]["replayed"] == 2);
  CHECK((*json)["open"][0]["source"] == "Queue/NTFS_3.EML");
  CHECK((*json)["open"][0]["why"] == "held: bounce");
  CHECK((*json)["ticket"] == "CHG0042");
  const auto audit = checked(window);
  CHECK(audit.exit == 3);
  CHECK(audit.json["seal"]["valid"] == true);
  CHECK(audit.json["seal"]["signature"] == "good");
  CHECK(of(window, {"audit"}).json["seal"]["signature"] == "unchecked");
  CHECK(of(window, {"audit", "--public-key", file(window, "other.pub")}).json["seal"]["signature"] == "bad");
  CHECK(of(window, {"audit", "--public-key", file(window, "requeue.key")}).exit == 2);
}

TEST_CASE("minisign itself accepts a seal, and rejects one changed byte", "[seal]") {
  if (!fs::exists("/usr/bin/minisign")) {
    std::cout << "SKIPPED: minisign is not installed\n";
    return;
  }
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  const auto minisign = [&] {
    return run({"/usr/bin/minisign",
                {"-V", "-p", file(window, "requeue.pub"), "-m", (window.recovery / "seal.json").string()},
                {}});
  };
  CHECK(minisign().exit == 0);
  change_byte(window.recovery / "seal.json", 20);
  CHECK(minisign().exit != 0);
}

TEST_CASE("a seal that was changed, replaced or taken away is found", "[seal]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  const auto seal = window.recovery / "seal.json", signature = window.recovery / "seal.json.minisig";
  const auto good = read(seal), good_signature = read(signature);
  change_byte(seal, good.find("\"replayed\":2") + 11);
  CHECK(checked(window).exit == 4);
  CHECK(of(window, {"audit"}).exit == 4);  // the journal knows its hash
  write(seal, good);
  change_byte(signature, good_signature.find("timestamp:") + 12);
  CHECK(names(checked(window), "trusted comment was changed"));
  fs::remove(signature);
  CHECK(names(checked(window), "not signed, though a public key was given"));
  CHECK(names(of(window, {"audit"}), "is gone; the seal was signed with key 2863A464287A1C78"));
  write(signature, good_signature);
  fs::remove(seal);
  CHECK(checked(window).exit == 4);
  write(seal, good);
  CHECK(checked(window).exit == 3);
}

TEST_CASE("an unsealed record with a public key is a finding, and seal without a key is no signature", "[seal]") {
  const Replayed window;
  CHECK(checked(window).exit == 4);
  CHECK(of(window, {"seal"}).json["sealed"]["signed_by"].is_null());
  CHECK(of(window, {"audit"}).json["seal"]["signature"] == "none");
  CHECK(of(window, {"audit"}).exit == 3);
  CHECK(checked(window).exit == 4);
}

TEST_CASE("what a killed seal left behind is replaced by the next, and said meanwhile", "[seal]") {
  const Replayed window;
  write(window.recovery / "seal.json", "{\"half\":");
  write(window.recovery / "seal.json.minisig", "half");
  CHECK(of(window, {"audit"}).exit == 3);
  CHECK(of(window, {"seal"}).exit == 3);
  CHECK_FALSE(fs::exists(window.recovery / "seal.json.minisig"));  // that of no key must not seem to be one
  CHECK(of(window, {"audit"}).json["seal"]["valid"] == true);
}

TEST_CASE("after a seal only what leaves the record true still runs", "[seal]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto mailroot = window.mailroot.string();
  CHECK(window.replay().exit == 5);
  for (const auto& refused : std::vector<std::vector<std::string>>{
           {"seal"},
           {"plan"},
           {"explain", "Queue/NTFS_1.EML"},
           {"snapshot", "--mailroot", mailroot, "--service", "none"},
           {"empty", "--mailroot", mailroot, "--service", "none"},
           {"evacuate", "--mailroot", mailroot, "--service", "none"},
           {"adopt", "--backup", mailroot},
           {"replay", "--resolve", "sent", "Queue/NTFS_1.EML"},
           {"probe", "--mailroot", mailroot, "--from", "a@example.com", "--to", "b@example.org"}}) {
    INFO(refused.front());
    CHECK(of(window, refused).exit == 5);
  }
  CHECK(read(window.recovery / "journal.jsonl") == journal);
  CHECK(of(window, {"verify"}).exit == 0);
  CHECK(of(window, {"note", "Asked the owner of Queue/NTFS_3.EML"}).exit == 0);
  CHECK(of(window, {"restore", "--mailroot", mailroot, "--service", "none", "--held"}).exit == 0);
  CHECK(fs::exists(window.mailroot / "Queue/NTFS_3.EML"));
  CHECK(of(window, {"report"}).exit == 0);
  const auto status = of(window, {"status"});
  CHECK(status.exit == 0);
  CHECK(status.json["sealed"] == true);
  const auto audit = checked(window);
  CHECK(audit.exit == 3);
  CHECK(audit.json["seal"]["valid"] == true);
  CHECK(audit.json["seal"]["following"].get<int>() > 5);
}

TEST_CASE("a note is one more line of the chain, and takes no address", "[seal]") {
  const Replayed window;
  CHECK(of(window, {"note", "Called the site. All agreed."}).exit == 0);
  CHECK(events(window, "note").at(0)["text"] == "Called the site. All agreed.");
  const auto journal = read(window.recovery / "journal.jsonl");
  CHECK(of(window, {"note", "jane@example.org has it"}).exit == 2);
  CHECK(of(window, {"note", "  "}).exit == 2);
  CHECK(of(window, {"note", std::string(5000, 'x')}).exit == 2);
  CHECK(read(window.recovery / "journal.jsonl") == journal);
  CHECK(of(window, {"note", "at 2 @ the site"}).exit == 0);
}

TEST_CASE("nothing is destroyed that stands nowhere else, unless it is given up by name", "[dispose]") {
  const Replayed window;
  CHECK(of(window, {"dispose"}).exit == 5);  // not sealed
  CHECK(sealed(window).exit == 3);
  const auto before = contents(window.recovery);
  const auto refused = of(window, {"dispose"});
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["why"] == "2 files were neither replayed nor restored");
  CHECK(of(window, {"dispose", "-n", "--abandon", "old"}).exit == 0);
  CHECK(of(window, {"dispose", "--abandon", ""}).exit == 2);
  CHECK(contents(window.recovery) == before);
  CHECK(of(window, {"dispose", "--abandon", "nobody wants them"}).exit == 0);
  const auto abandoned = events(window, "abandoned").at(0);
  CHECK(abandoned["reason"] == "nobody wants them");
  CHECK(abandoned["items"].size() == 2);
  CHECK(abandoned["items"][0]["source"] == "Drop/order.eml");
  CHECK(abandoned["items"][1]["why"] == "held: bounce");
}

TEST_CASE("what was put back needs nobody's word to be disposed of", "[dispose]") {
  const Replayed window;
  const auto mailroot = window.mailroot.string();
  CHECK(of(window, {"restore", "--mailroot", mailroot, "--service", "none", "--held"}).exit == 0);
  CHECK(of(window, {"restore", "--mailroot", mailroot, "--service", "none", "--folder", "Drop"}).exit == 0);
  CHECK(sealed(window).exit != 1);
  CHECK(of(window, {"dispose"}).exit == 0);
  CHECK(events(window, "abandoned").empty());
}

TEST_CASE("after a disposal the mail is gone and the record still checks", "[dispose]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  CHECK(of(window, {"dispose", "--abandon", "retention ended"}).exit == 0);
  CHECK(fs::is_empty(window.recovery / "snapshot/data"));
  CHECK_FALSE(fs::exists(window.recovery / "messages.jsonl"));
  for (const auto& [path, bytes] : contents(window.recovery)) {
    INFO(path);
    CHECK(bytes.find("a@example.org") == std::string::npos);
  }
  const auto audit = checked(window);
  CHECK(audit.exit == 3);  // the held one is held for ever
  CHECK(audit.json["findings"].empty());
  CHECK(audit.json["bag"]["valid"] == true);
  CHECK(audit.json["seal"]["signature"] == "good");
  CHECK(audit.json["destroyed_by"] == events(window, "disposing").at(0)["seq"]);
  CHECK(audit.json["balance"]["replayed"] == 2);
  const auto rows = file(window, "rows.jsonl");
  CHECK(of(window, {"report", "--jsonl", rows, "--html", file(window, "page.html")}).exit == 0);
  CHECK(of(window, {"note", "The disk was sent to the shredder"}).exit == 0);
  CHECK_FALSE(fs::exists(window.recovery / "messages.jsonl"));
  CHECK(of(window, {"dispose"}).exit == 5);
  CHECK(of(window, {"verify"}).exit == 5);
  CHECK(of(window, {"restore", "--mailroot", file(window, "elsewhere")}).exit == 5);
  CHECK(of(window, {"status"}).json["disposed"] == true);
  CHECK(of(window, {"inspect", window.recovery.string()}).exit != 1);
  write(window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML", "back again");
  CHECK(names(checked(window), "says that all of it was destroyed"));
}

TEST_CASE("a disposal that was cut short is known, and goes on", "[dispose]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  const auto left = read(window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML");
  CHECK(of(window, {"dispose", "--abandon", "retention ended"}).exit == 0);
  // As a kill in the middle leaves it: the first lines, and some of the files.
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto line = journal.find("\"event\":\"disposing\"");
  write(window.recovery / "journal.jsonl", journal.substr(0, journal.find('\n', line) + 1));
  const auto heads = read(window.recovery / "heads.jsonl");
  write(window.recovery / "heads.jsonl", heads.substr(0, heads.find('\n') + 1));
  write(window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML", left);
  CHECK(of(window, {"status"}).json["next"]["command"].get<std::string>().find("requeue dispose") == 0);
  const auto audit = checked(window);
  CHECK(audit.json["findings"].empty());
  CHECK(of(window, {"verify"}).exit == 5);
  CHECK(of(window, {"dispose"}).exit == 0);  // given up before; nobody is asked again
  CHECK(fs::is_empty(window.recovery / "snapshot/data"));
  CHECK(checked(window).exit == 3);
}

TEST_CASE("lines cut off the journal after a disposal went unnoticed, and a note was written behind the cut",
          "[dispose]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  CHECK(of(window, {"dispose", "--abandon", "retention ended"}).exit == 0);
  CHECK(of(window, {"note", "shredded"}).exit == 0);
  const auto journal = read(window.recovery / "journal.jsonl");
  auto rest = journal;
  for (int cut = 1; cut <= 9; ++cut) {
    INFO("lines cut " << cut);
    rest.erase(rest.rfind('\n', rest.size() - 2) + 1);
    write(window.recovery / "journal.jsonl", rest);
    CHECK(of(window, {"audit"}).exit == 4);
    CHECK(of(window, {"note", "behind it"}).exit == 4);
    CHECK(read(window.recovery / "journal.jsonl") == rest);
    // The witness removed too: the disposal says that there must be one, or else messages.jsonl is missing.
    const auto heads = read(window.recovery / "heads.jsonl");
    fs::remove(window.recovery / "heads.jsonl");
    CHECK(of(window, {"note", "behind it"}).exit == 4);
    CHECK(of(window, {"audit"}).exit == 4);
    write(window.recovery / "heads.jsonl", heads);
  }
  write(window.recovery / "journal.jsonl", journal);
  CHECK(of(window, {"audit"}).exit == 3);
}

TEST_CASE("heads.jsonl removed, emptied or cut after a disposal went unnoticed", "[dispose]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  CHECK(of(window, {"dispose", "--abandon", "retention ended"}).exit == 0);
  CHECK(of(window, {"note", "shredded"}).exit == 0);
  const auto file = window.recovery / "heads.jsonl";
  const auto heads = read(file);
  CHECK(std::count(heads.begin(), heads.end(), '\n') == 4);  // two runs, each at its begin and its end
  const auto noted = [&] {
    return of(window, {"audit"}).json["notes"].dump().find("heads.jsonl") != std::string::npos;
  };
  CHECK_FALSE(noted());
  SECTION("removed") {
    fs::remove(file);
  }
  SECTION("emptied") {
    write(file, "");
  }
  SECTION("the end of the disposal and all after it cut off") {
    write(file, heads.substr(0, heads.find('\n') + 1));
  }
  SECTION("torn in its first line") {
    write(file, heads.substr(0, 20));
  }
  SECTION("its last line torn, as a kill leaves it, too: noted, and the next run goes on") {
    write(file, heads.substr(0, heads.size() - 10));
    CHECK(of(window, {"audit"}).exit == 3);
    CHECK(noted());
    CHECK(of(window, {"note", "mended"}).exit == 0);
    CHECK_FALSE(noted());
    return;
  }
  CHECK(of(window, {"audit"}).exit == 4);
  CHECK(of(window, {"note", "behind it"}).exit == 4);
  CHECK(of(window, {"note", "behind it"}).err.find("heads.jsonl") != std::string::npos);
}

TEST_CASE("what was restored and is gone since was destroyed without a word", "[dispose]") {
  const Replayed window;
  const auto mailroot = window.mailroot.string();
  CHECK(of(window, {"restore", "--mailroot", mailroot, "--service", "none", "--held"}).exit == 0);
  CHECK(of(window, {"restore", "--mailroot", mailroot, "--service", "none", "--folder", "Drop"}).exit == 0);
  CHECK(sealed(window).exit != 1);
  fs::remove(window.mailroot / "Drop/order.eml");
  write(window.mailroot / "Queue/NTFS_3.EML", "another one");
  const auto refused = of(window, {"dispose"});
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("find out who took it") != std::string::npos);
  CHECK(refused.err.find("or are gone since") != std::string::npos);
  const auto seen = window.see({"dispose", "--recovery", window.recovery.string()}).out;
  CHECK(seen.find("[restored: gone since] Drop/order.eml") != std::string::npos);
  CHECK(seen.find("[restored: another file stands there now] Queue/NTFS_3.EML") != std::string::npos);
  CHECK(of(window, {"dispose", "--abandon", "the service sent them"}).exit == 0);
  CHECK(events(window, "abandoned").at(0)["items"].size() == 2);
}

TEST_CASE("a refused disposal names the restore that puts all of it back", "[dispose]") {
  Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_1.RTR", "conversation");
  window.put("Queue/NTFS_2.EML", "x-sender: <>\r\nx-receiver: c@example.org\r\n" + mail("bounce", "c@example.org"));
  window.evacuate();
  CHECK(window.replay().exit == 3);
  CHECK(of(window, {"seal"}).exit == 3);
  const auto words = of(window, {"dispose"}).err;
  CHECK(words.find("--mailroot " + window.mailroot.string() + " --folder Queue.") != std::string::npos);
  // As it says.
  CHECK(of(window, {"restore", "--mailroot", window.mailroot.string(), "--folder", "Queue"}).exit == 3);
  CHECK(of(window, {"dispose"}).exit == 0);
}

TEST_CASE("a quick audit reads no payload and says so", "[seal]") {
  const Replayed window;
  change_byte(window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML", 3);
  const auto quick = of(window, {"audit", "--quick"});
  CHECK(quick.exit == 3);
  CHECK(quick.json["quick"] == true);
  CHECK(quick.json["rederived"]["checked"] == 0);
  CHECK(quick.json["notes"][0].get<std::string>().find("--quick") == 0);
  CHECK(of(window, {"audit"}).exit == 4);
  fs::remove(window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML");
  CHECK(of(window, {"audit", "--quick"}).exit == 4);  // a file that is missing is seen
}

TEST_CASE("a damaged record is neither sealed nor disposed of", "[seal]") {
  const Replayed window;
  const auto foreign = window.recovery / "snapshot/data/mailroot/Queue/X.EML";
  write(foreign, "not ours");
  CHECK(of(window, {"seal"}).exit == 4);
  CHECK_FALSE(fs::exists(window.recovery / "seal.json"));
  fs::remove(foreign);
  CHECK(sealed(window).exit == 3);
  write(foreign, "not ours");
  CHECK(of(window, {"dispose", "--abandon", "old"}).exit == 4);
  CHECK(fs::exists(foreign));
  fs::remove(foreign);
  const auto messages = read(window.recovery / "messages.jsonl");
  fs::remove(window.recovery / "messages.jsonl");
  CHECK(of(window, {"dispose", "--abandon", "old"}).exit == 4);
  write(window.recovery / "messages.jsonl", messages);
  CHECK(of(window, {"dispose", "--abandon", "old"}).exit == 0);
}

TEST_CASE("mail is handed to no folder of the record, nor to another one of the Mailroot", "[refusals]") {
  Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto before = contents(window.recovery / "snapshot");
  for (const auto& folder :
       {window.recovery / "snapshot/data/mailroot/Pickup", window.recovery / "snapshot", window.recovery,
        window.mailroot, window.mailroot / "Queue", window.mailroot / "Badmail"}) {
    INFO(folder.string());
    const auto answer = window.ask(
        {"replay", "--recovery", window.recovery.string(), "--pickup", folder.string(), "--no-probe", "drill"});
    CHECK(answer.exit == 5);
  }
  CHECK(window
            .ask({"restore", "--recovery", window.recovery.string(), "--mailroot",
                  (window.recovery / "snapshot/data/mailroot/Queue").string()})
            .exit == 5);
  CHECK(contents(window.recovery / "snapshot") == before);
  CHECK(window.replay().exit == 0);
}

TEST_CASE("another key's name in the signature passed an audit without the public key", "[seal]") {
  const Replayed window;
  CHECK(sealed(window).exit == 3);
  CHECK(of(window, {"audit"}).exit == 3);
  auto signature = read(window.recovery / "seal.json.minisig");
  // The eight bytes behind the algorithm, in the second line.
  const auto at = signature.find('\n') + 1 + 4;
  signature[at] = signature[at] == 'A' ? 'B' : 'A';
  write(window.recovery / "seal.json.minisig", signature);
  const auto audit = of(window, {"audit"});
  CHECK(audit.exit == 4);
  CHECK(audit.json["seal"]["signature"] == "bad");
  CHECK(names(audit, "of journal.jsonl says that the seal was signed with key"));
}
