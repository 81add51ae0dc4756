// The Mailroot found from the service's settings: in one place, in several, refused, and gone on with by the journal.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

// A service whose Queue is on a disk of its own and whose Pickup has another name.
class Scattered : public Window {
 public:
  Scattered() : queue(folder.path() / "disk2/Queue"), spool(folder.path() / "spool") {
    fs::create_directories(queue);
    fs::create_directories(spool / "Incoming");
    fs::create_directories(folder.path() / "old/Bad");
    metabase = folder.path() / "MetaBase.xml";
    write(metabase, settings(""));
  }

  std::string server(const std::string& number, const std::string& more) const {
    return "<IIsSmtpServer\tLocation =\"/LM/SmtpSvc/" + number + "\"\r\n\t\tBadMailDirectory=\"" +
           (folder.path() / "old/Bad").string() + "\"\r\n\t\tPickupDirectory=\"" + (spool / "Incoming").string() +
           "/\"\r\n\t\tQueueDirectory=\"" + queue.string() + "\" " + more + ">\r\n</IIsSmtpServer>\r\n";
  }
  std::string settings(const std::string& more) const {
    return "<?xml version =\"1.0\"?><configuration><MBProperty>" + server("1", more) + "</MBProperty></configuration>";
  }
  std::vector<std::string> by(const std::string& verb, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{verb, "--metabase", metabase.string(), "--recovery", recovery.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  fs::path queue, spool, metabase;
};

void refused(const Window& window, const std::vector<std::string>& arguments, int exit, const std::string& word) {
  const auto before = contents(window.folder.path());
  const auto answer = window.ask(arguments);
  INFO(answer.err);
  CHECK(answer.exit == exit);
  CHECK(answer.err.find(word) != std::string::npos);
  CHECK(contents(window.folder.path()) == before);
}

}  // namespace

TEST_CASE("a Mailroot whose Queue is elsewhere is evacuated, replayed and audited") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  write(window.queue / "NTFS_2.EML", mail("two", "b@example.org"));
  write(window.spool / "Incoming/three.txt", mail("three", "c@example.org"));
  write(window.folder.path() / "old/Bad/1.BAD", "bad");
  write(window.spool / "unrelated.txt", "stays");

  const auto evacuated = window.ask(window.by("evacuate", {"--service", "none"}));
  INFO(evacuated.err << evacuated.out);
  REQUIRE(evacuated.exit == 0);
  CHECK(evacuated.json["emptied"]["files"] == 4);
  CHECK(contents(window.queue).empty());
  CHECK(contents(window.spool) == std::map<std::string, std::string>{{"Incoming/", ""}, {"unrelated.txt", "stays"}});
  CHECK(contents(window.folder.path() / "old/Bad").empty());
  const auto bag = window.recovery / "snapshot/data/mailroot";
  CHECK(fs::exists(bag / "Queue/NTFS_1.EML"));
  CHECK(fs::exists(bag / "Pickup/three.txt"));
  CHECK(fs::exists(bag / "Badmail/1.BAD"));

  // No path is given any more: the journal has them.
  const auto replayed = window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "drill"});
  INFO(replayed.err << replayed.out);
  REQUIRE(replayed.exit == 0);
  CHECK(replayed.json["replayed"] == 3);
  CHECK(replayed.json["look"]["pickup"] == 3);
  CHECK(posted(window.spool / "Incoming").size() == 3);
  CHECK(contents(window.spool).size() == 5);  // no staging is left beside Pickup
  CHECK(window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "drill"}).json["now"]["replayed"] ==
        0);
  const auto audited = window.ask({"audit", "--recovery", window.recovery.string()});
  INFO(audited.err << audited.out);
  CHECK(audited.exit == 0);
}

TEST_CASE("a look after a replay counts the Queue and Badmail of the settings") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  REQUIRE(window.ask(window.by("evacuate", {"--service", "none"})).exit == 0);
  write(window.queue / "NTFS_9.EML", mail("nine", "a@example.org"));
  write(window.folder.path() / "old/Bad/9.BAD", "bad");
  const auto replayed = window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "drill"});
  CHECK(replayed.json["look"]["queue_before"] == 1);
  CHECK(replayed.json["look"]["badmail_before"] == 1);
}

TEST_CASE("a Mailroot in several places is restored into each of them, and then nothing is sent twice") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  write(window.queue / "sub/NTFS_2.EML", mail("two", "b@example.org"));
  write(window.spool / "Incoming/three.txt", mail("three", "c@example.org"));
  const auto before = contents(window.folder.path());
  REQUIRE(window.ask(window.by("evacuate", {"--service", "none"})).exit == 0);
  const auto restored = window.ask({"restore", "--recovery", window.recovery.string(), "--service", "none"});
  INFO(restored.err << restored.out);
  CHECK(restored.exit == 0);
  CHECK(restored.json["restored"] == 3);
  auto after = contents(window.folder.path());
  std::erase_if(after, [](const auto& entry) { return entry.first.starts_with("recovery/"); });
  CHECK(after == before);
  const auto replayed = window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "drill"});
  CHECK(replayed.json["now"]["replayed"] == 0);
}

TEST_CASE("each folder that holds one of them is the recorded Mailroot to a restore") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  REQUIRE(window.ask(window.by("evacuate", {"--service", "none"})).exit == 0);
  REQUIRE(window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "drill"}).exit == 0);
  // A plain copy into disk2 would put the replayed message before the service's eyes once more.
  const auto restored = window.ask({"restore", "--recovery", window.recovery.string(), "--mailroot",
                                    window.queue.parent_path().string(), "--service", "none"});
  CHECK(restored.exit == 3);
  CHECK(restored.json["left_out"] == 1);
  CHECK(contents(window.queue).empty());
  // Elsewhere it is a plain copy, under the usual names.
  REQUIRE(window
              .ask({"restore", "--recovery", window.recovery.string(), "--mailroot",
                    (window.folder.path() / "elsewhere").string()})
              .exit == 0);
  CHECK(fs::exists(window.folder.path() / "elsewhere/Queue/NTFS_1.EML"));
}

TEST_CASE("folders in one place are the Mailroot that holds them") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Route/x", "also taken, as ever");
  const auto metabase = window.folder.path() / "MetaBase.xml";
  const auto at = [&](const char* const name) { return (window.mailroot / name).string(); };
  write(metabase, "<c><IIsSmtpService Location=\"/LM/SmtpSvc\" QueueDirectory=\"" +
                      at("queue").replace(at("queue").size() - 5, 5, "Queue") +
                      "\"/><IIsSmtpServer Location=\"/LM/SmtpSvc/1\" PickupDirectory=\"" + at("Pickup") +
                      "\" DropDirectory=\"" + at("Drop") + "\" BadMailDirectory=\"" + at("Badmail") + "\"/></c>");
  const auto answer = window.ask({"evacuate", "--metabase", metabase.string(), "--recovery", window.recovery.string()});
  INFO(answer.err);
  REQUIRE(answer.exit == 0);
  CHECK(answer.json["emptied"]["files"] == 2);
  const auto journal = read(window.recovery / "journal.jsonl");
  CHECK(journal.find("\"mailroot_folders\"") == std::string::npos);
  // The same Mailroot, given by its path, is known again.
  CHECK(window.ask(window.evacuation()).exit == 5);
  const auto status = window.see({"status", "--recovery", window.recovery.string()});
  CHECK(status.out.find("Mailroot: " + window.mailroot.string()) != std::string::npos);
}

TEST_CASE("several virtual servers are listed, and one must be named") {
  const Scattered window;
  write(window.metabase, "<c>" + window.server("1", "ServerComment=\"Default\"") + window.server("2", "") + "</c>");
  refused(window, window.by("evacuate"), 2, "1 (Default): Queue in " + window.queue.string());
  refused(window, window.by("evacuate", {"--virtual-server", "3"}), 2, "no virtual server 3");
  const auto chosen = window.ask(window.by("evacuate", {"--virtual-server", "2"}));
  CHECK(chosen.exit == 0);
  CHECK(read(window.recovery / "journal.jsonl").find("\"virtual_server\":\"2\"") != std::string::npos);
}

TEST_CASE("folders that are missing, that overlap, or that hold the recovery folder are refused") {
  const Scattered window;
  refused(window, window.by("evacuate", {"--recovery", (window.queue / "recovery").string()}), 2, "--recovery");
  refused(window, {"evacuate", "--metabase", window.metabase.string(), "--recovery", (window.queue / "r").string()}, 5,
          "one inside the other");
  refused(window, {"evacuate", "--metabase", window.metabase.string(), "--recovery", window.folder.path().string()}, 5,
          "one inside the other");
  write(window.metabase, window.settings("DropDirectory=\"" + (window.queue / "Drop").string() + "\""));
  refused(window, window.by("evacuate"), 5, "no such folder");
  fs::create_directories(window.queue / "Drop");
  refused(window, window.by("evacuate"), 5, "is or lies in");
  write(window.metabase, window.settings("DropDirectory=\"" + (window.spool / "Incoming").string() + "\""));
  refused(window, window.by("evacuate"), 5, "is or lies in");
  write(window.metabase, window.settings("DropDirectory=\"C:\\Drop\""));
  refused(window, window.by("evacuate"), 5, "C:\\Drop");
  write(window.metabase, window.settings("DropDirectory=\"%root%\\Drop\""));
  refused(window, window.by("evacuate"), 5, "variables");
  write(window.metabase, "<c><IIsSmtpServer Location=\"/LM/SmtpSvc/1\" QueueDirectory=\"/q\"/></c>");
  refused(window, window.by("evacuate"), 5, "names no Pickup");
  write(window.metabase, "<c><IIsSmtpServer");
  refused(window, window.by("evacuate"), 5, "ends inside a tag");
  refused(window, {"evacuate", "--recovery", window.recovery.string()}, 2, "--mailroot DIR");
  refused(window, {"evacuate", "--recovery", window.recovery.string(), "--metabase", "/nowhere.xml"}, 5, "nowhere.xml");
}

TEST_CASE("a link in place of a configured folder is refused with its target") {
  const Scattered window;
  fs::remove(window.queue);
  fs::create_directories(window.folder.path() / "true");
  fs::create_symlink(window.folder.path() / "true", window.queue);
  refused(window, window.by("evacuate"), 5, (window.folder.path() / "true").string());
}

TEST_CASE("another configuration than the recorded one is refused; the recorded one is gone on with") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  REQUIRE(window.ask(window.by("snapshot")).exit == 0);
  fs::create_directories(window.folder.path() / "disk3/Queue");
  auto moved = window.settings("");
  moved.replace(moved.find("disk2"), 5, "disk3");
  write(window.metabase, moved);
  refused(window, window.by("evacuate"), 5, "another Mailroot");
  const auto on = window.ask({"evacuate", "--recovery", window.recovery.string(), "--mailroot", window.spool.string()});
  INFO(on.err);
  CHECK(on.exit == 0);
  CHECK(contents(window.queue).empty());
}

TEST_CASE("folders beside Pickup that are not the service's are named and left alone") {
  const Scattered window;
  write(window.spool / "Queue/old.eml", mail("old", "a@example.org"));
  const auto answer = window.ask(window.by("evacuate"));
  CHECK(answer.exit == 0);
  CHECK(answer.json["warnings"].dump().find((window.spool / "Queue").string()) != std::string::npos);
  CHECK(fs::exists(window.spool / "Queue/old.eml"));
  CHECK_FALSE(fs::exists(window.recovery / "snapshot/data/mailroot/Queue/old.eml"));
}

TEST_CASE("two runs on places that the settings share are kept apart, whatever path they use") {
  const Scattered window;
  write(window.spool / "Queue/old.eml", mail("old", "a@example.org"));
  fs::create_directories(window.folder.path() / ".requeue-0123456789abcdef");
  write(window.spool / ".requeue-0123456789abcdef/token", "0123456789abcdef\n/elsewhere\n");
  write(window.spool / ".requeue-0123456789abcdef/x.eml", "staged");
  refused(window, window.by("evacuate"), 5, "still holds mail");
}

TEST_CASE("the hop limit and the dots are the settings', the command line wins, and both are told") {
  const Scattered window;
  std::string hops;
  for (int i = 0; i < 17; ++i) hops += "Received: from a by b; Tue, 24 Nov 2026 02:00:00 +0000\r\n";
  write(window.queue / "NTFS_1.EML", hops + mail("hops", "a@example.org"));
  write(window.queue / "NTFS_2.EML", mail("dots", "b@example.org", ".dot\r\n"));
  write(window.metabase, window.settings("HopCount=\"30\" SmtpDotStuffPickupDirFiles=\"FALSE\""));
  REQUIRE(window.ask(window.by("evacuate")).exit == 0);
  const auto plan = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"plan", "--recovery", window.recovery.string()};
    all.insert(all.end(), more.begin(), more.end());
    return window.ask(all);
  };
  CHECK(plan({}).json["held"] == 0);
  CHECK(plan({}).json["notes"].dump().find("leading dots are not doubled") != std::string::npos);
  CHECK(plan({"--hop-limit", "15"}).json["held"] == 1);
  REQUIRE(window.replay().exit == 0);
  bool as_is = false;
  for (fs::directory_iterator entry(window.pickup), end; entry != end; ++entry) {
    as_is = as_is || read(entry->path()).find("\r\n\r\n.dot\r\n") != std::string::npos;
  }
  CHECK(as_is);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 0);
}

TEST_CASE("--dot-stuff doubles dots whatever the settings say; without settings they are doubled") {
  for (const bool by_settings : {true, false}) {
    const Scattered window;
    write(window.queue / "NTFS_2.EML", mail("dots", "b@example.org", ".dot\r\n"));
    if (by_settings) write(window.metabase, window.settings("SmtpDotStuffPickupDirFiles=\"FALSE\""));
    REQUIRE(window.ask(window.by("evacuate")).exit == 0);
    REQUIRE(window.replay(by_settings ? std::vector<std::string>{"--dot-stuff"} : std::vector<std::string>{}).exit ==
            0);
    REQUIRE(posted(window.pickup).size() == 1);
    CHECK(posted(window.pickup).front().content.find("\r\n\r\n.dot\r\n") != std::string::npos);
  }
}

TEST_CASE("a refused run leaves no settings behind") {
  const Scattered window;
  write(window.queue / "NTFS_2.EML", mail("dots", "b@example.org", ".dot\r\n"));
  REQUIRE(window.ask(window.by("evacuate")).exit == 0);
  write(window.metabase, window.settings("SmtpDotStuffPickupDirFiles=\"FALSE\""));
  CHECK(window.ask(window.by("evacuate")).exit == 5);
  CHECK(window.ask({"plan", "--recovery", window.recovery.string()}).json["notes"].dump().find("dots") ==
        std::string::npos);
}

TEST_CASE("inspect, status and probe find the Mailroot by the settings") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  const auto looked = window.ask({"inspect", "--metabase", window.metabase.string()});
  CHECK(looked.exit == 0);
  CHECK(looked.json["found"] == 1);
  const auto status = window.ask({"status", "--metabase", window.metabase.string()});
  CHECK(status.json["mailroot"]["folders"]["Queue"] == window.queue.string());
  CHECK(status.json["mailroot"]["files"]["Queue"] == 1);
  CHECK(status.json["service"] == "absent");
  // Nobody takes it from Pickup: it is stuck, and was looked for there.
  const auto probed = window.ask({"probe", "--metabase", window.metabase.string(), "--from", "a@example.com", "--to",
                                  "b@example.org", "--timeout", "1"});
  CHECK(probed.exit == 1);
  CHECK(probed.json["result"] == "stuck");
  CHECK(contents(window.spool).size() == 2);
}

TEST_CASE("an adopted backup whose live Queue is elsewhere leaves to the service what stands there") {
  const Scattered window;
  write(window.queue / "NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.org"));
  const auto adopted = window.ask(window.by("adopt", {"--backup", window.mailroot.string()}));
  INFO(adopted.err);
  REQUIRE(adopted.exit == 0);
  const auto plan = window.ask({"plan", "--recovery", window.recovery.string()});
  CHECK(plan.json["skipped"] == 1);
  CHECK(plan.json["replay"] == 1);
}

}  // namespace requeue::tests
