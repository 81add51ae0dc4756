#include "cli/verbs.h"

namespace requeue::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> list{
      {"inspect", "Look at a Mailroot or a recovery folder; only reads",
       "  requeue inspect D:\\inetpub\\mailroot\n  requeue inspect /recovery/2026-11-24", commands::inspect, false,
       true, false, false, false, false},
      {"evacuate", "Stop the service, snapshot the Mailroot, verify, empty its folders (KB steps 1 to 3)",
       "  requeue evacuate --mailroot /mnt/mailroot --recovery /recovery/2026-11-24\n"
       "  requeue evacuate --mailroot M --recovery R --keep Badmail --ticket CHG0042\n"
       "  requeue evacuate --metabase MetaBase.xml --virtual-server 2 --recovery R",
       commands::evacuate, true, true, true, true, true, true},
      {"stop", "Stop the service and wait until it has (KB step 1)", "  requeue stop --timeout 300", commands::stop,
       false, false, true, false, true, true},
      {"start", "Start the service and wait until it runs (KB step 6)", "  requeue start", commands::start, false,
       false, true, false, true, true},
      {"snapshot", "Copy the whole Mailroot into a sealed bag; removes nothing (KB step 2)",
       "  requeue snapshot --mailroot M --recovery R", commands::snapshot, true, true, true, true, true, true},
      {"verify", "Read every file of the snapshot again from the disk (KB step 2)", "  requeue verify --recovery R",
       commands::verify, false, false, true, true, false, true},
      {"empty", "Remove the files of the subfolders, leave the folders (KB step 3)",
       "  requeue empty --mailroot M --recovery R --keep Drop", commands::empty, true, true, true, true, true, true},
      {"adopt", "Begin with a backup of a Mailroot that was made by hand",
       "  requeue adopt --backup /backup/mailroot --recovery R --mailroot M", commands::adopt, true, true, true, true,
       true, true},
      {"probe", "Send a test message and look for it (KB steps 7 and 8)",
       "  requeue probe --mailroot M --recovery R --from admin@example.com --to me@example.org\n"
       "  requeue probe --smtp mail.example.com:587 --smtp-auth FILE --recovery R --from admin@example.com --to "
       "me@example.org",
       commands::probe, true, true, true, false, true, true},
      {"plan", "Show the decision for every message; writes nothing", "  requeue plan --recovery R --out plan.csv",
       commands::plan, false, true, true, true, false, true},
      {"explain", "Show each rule that was tried on one message, and its outcome",
       "  requeue explain Queue/NTFS_1.EML --recovery R", commands::explain, false, true, true, true, false, false},
      {"replay", "Hand the messages to Pickup, each exactly once (KB step 9)",
       "  requeue replay --recovery R\n  requeue replay --recovery R --batch 50 --wait --limit 5\n"
       "  requeue replay --recovery R --domain example.org --since 36h\n"
       "  requeue replay --recovery R --pickup P --no-probe \"drill\"\n"
       "  requeue replay --recovery R --smtp mail.example.com:587 --smtp-auth FILE",
       commands::replay, false, true, true, true, false, true},
      {"restore", "Put files of the snapshot back; never overwrites",
       "  requeue restore --recovery R --mailroot M\n  requeue restore --recovery R --mailroot M --folder Drop",
       commands::restore, true, false, true, true, true, true},
      {"audit", "Check bag, chain, balance and every handed-over file again",
       "  requeue audit --recovery R --expect-head HASH\n  requeue audit --recovery R --public-key requeue.pub",
       commands::audit, false, false, true, true, false, false},
      {"report", "Write the manifest for people and for compliance",
       "  requeue report --recovery R --csv manifest.csv --jsonl manifest.jsonl", commands::report, false, false, true,
       true, false, false},
      {"seal", "Close the record and sum it up in seal.json, signed where a key is given",
       "  requeue seal --recovery R --ticket CHG0042\n"
       "  minisign -G -W -p requeue.pub -s requeue.key    (once, by another program: it makes the pair of keys)\n"
       "  requeue seal --recovery R --sign-key requeue.key",
       commands::seal, false, false, true, true, false, true},
      {"note", "Add the operator's words to the record",
       "  requeue note --recovery R \"Asked the owner of Queue/a.EML\"", commands::note, false, false, true, true,
       false, true},
      {"dispose", "Destroy the mail of a sealed recovery folder; the record stays",
       "  requeue dispose --recovery R\n  requeue dispose --recovery R --abandon \"bounces only\"", commands::dispose,
       false, false, true, true, false, true},
      {"status", "Say where the procedure stands and what comes next",
       "  requeue status --recovery R\n  requeue status --runbook --mailroot M --recovery R > runbook.md",
       commands::status, true, true, true, false, true, false},
  };
  return list;
}

}  // namespace requeue::cli
