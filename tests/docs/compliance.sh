#!/usr/bin/env bash
# What docs/compliance.md tells an auditor to type is typed here: each block marked "check" must pass on a sealed recovery
# folder, and the one that a change is for must fail on it.
#
#   compliance.sh REQUEUE COMPLIANCE_MD
set -euo pipefail
requeue=$(realpath "$1")
page=$(realpath "$2")
for program in jq minisign; do
  command -v "$program" > /dev/null || { echo "SKIPPED: $program is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}
# The page's own way to take out the blocks and to run them; run on nothing, it must fail nine times.
awk '/^```bash run/ { on = 1; next } /^```$/ { on = 0 } on' "$page" > run
[ "$(PAGE=$page RECOVERY=$work/none PUBLIC_KEY=none MANIFEST=none bash run 2> /dev/null | grep -c '^FAILED')" = 9 ] || fail "a block passes on nothing"
names=(chain bag seal balance manifest places once sent read)
[ "$(ls check.* | wc -l)" = ${#names[@]} ] || fail "the page has other blocks than this test knows: $(ls check.*)"

export PUBLIC_KEY=$work/key.pub MANIFEST=$work/manifest.jsonl LC_ALL=C
passes() { # BLOCK
  RECOVERY="$work/R" bash -eu -o pipefail "check.$1" > said 2>&1 && tail -1 said | grep -q '^ok'
}
all_pass() { # BLOCK...
  local name
  for name in "$@"; do passes "$name" || fail "$when: $name does not pass: $(cat said)"; done
}

message() { printf 'From: a@example.com\r\nTo: b@example.org\r\nSubject: %s\r\n%s\r\n.dot\r\nbody\r\n' "$1" "${2:-}"; }
mkdir -p M/Queue M/Pickup M/Drop P
message one > M/Queue/NTFS_1.EML
cp M/Queue/NTFS_1.EML M/Queue/NTFS_2.EML
message two > 'M/Queue/100%.eml'
message blind $'Bcc: c@example.org\r\n' > M/Queue/NTFS_3.EML
printf 'x-sender: a@example.com\r\nx-receiver: b@example.org\r\nFrom: a@example.com\r\n\r\nx\r\n' > M/Pickup/found.txt
printf 'From: a@example.com\r\nSubject: to nobody\r\n\r\nbody\r\n' > M/Queue/NTFS_4.EML
printf 'From: a@example.com\r\nSubject: late\r\n\r\nbody\r\n' > M/Queue/NTFS_5.EML
echo transcript > M/Queue/NTFS_6.LTR
message drop > M/Drop/order.eml
minisign -G -W -p key.pub -s key > /dev/null
minisign -G -W -p other.pub -s other > /dev/null
"$requeue" evacuate --mailroot M --recovery R --service none --ticket CHG0042 > /dev/null
"$requeue" replay --recovery R --pickup P --no-probe test > /dev/null 2>&1 || [ $? -eq 3 ]
printf 'source,sender,recipients\nQueue/NTFS_5.EML,a@example.com,z@example.org\n' > envelopes.csv
"$requeue" replay --recovery R --pickup P --no-probe test --envelopes envelopes.csv > /dev/null 2>&1 || [ $? -eq 3 ]
"$requeue" seal --recovery R --sign-key key > /dev/null || [ $? -eq 3 ]
"$requeue" note --recovery R 'Asked the site.' > /dev/null
"$requeue" report --recovery R --jsonl manifest.jsonl > /dev/null

when="a good folder"
all_pass "${names[@]}"
passes sent && grep -q '^composed again: 4; left to requeue audit: 1$' said || fail "other counts of what was sent: $(cat said)"
passes places && grep -qx 'no decision: Queue/NTFS_6.LTR' said || fail "a file without a decision is not named"
passes balance && grep -qx 'open: Queue/NTFS_4.EML: held: no_recipient' said || fail "what is open is not named"
passes read && grep -q 'Asked the site.' said && grep -q 'envelope by envelopes' said || fail "a person's decision is not told"
for file in P/*; do
  sha256sum "$file" | cut -d ' ' -f 1 | grep -qf - R/journal.jsonl || fail "a file of Pickup is not in the journal"
done

[ "$(PAGE=$page RECOVERY=$work/R bash run 2>&1 | grep -c '^ok')" = 9 ] || fail "the blocks do not pass as the page runs them"

cp -a R whole
cp manifest.jsonl manifest.whole
breaks() { # BLOCK WHAT COMMAND...: the block fails after the command, and the folder is put back
  local block=$1 what=$2
  shift 2
  "$@"
  if diff -rq R whole > /dev/null && cmp -s manifest.jsonl manifest.whole; then fail "nothing was changed: $what"; fi
  ! passes "$block" || fail "$block passes although $what"
  rm -rf R
  cp -a whole R
  cp manifest.whole manifest.jsonl
}
breaks chain "a line was changed" sed -i '/"event":"snapshot"/s/"files":[0-9]*/"files":99/' R/journal.jsonl
breaks bag "a payload file was changed" sh -c 'printf x >> R/snapshot/data/mailroot/Queue/NTFS_1.EML'
breaks bag "a payload file is in no manifest" touch R/snapshot/data/more
breaks bag "a tag file was changed" sed -i 's/CHG0042/CHG0043/' R/snapshot/bag-info.txt
breaks bag "it was verified after the emptying" sed -i 's/"event":"verified"/"event":"unverified"/' R/journal.jsonl
breaks seal "the seal was changed" sed -i 's/"replayed":5/"replayed":6/' R/seal.json
breaks seal "the journal was another one" sed -i 's/"command":"seal"/"command":"zeal"/' R/journal.jsonl
breaks balance "the seal counts more" sed -i 's/"replayed":5/"replayed":6/' R/seal.json
breaks balance "a decision is another" sed -i '0,/"disposition":"duplicate"/s//"disposition":"skipped"/' R/journal.jsonl
breaks manifest "a decision is another" sed -i '0,/"disposition":"duplicate"/s//"disposition":"skipped"/' manifest.jsonl
breaks manifest "a written file is another" sed -i 's/"written_sha256":"[0-9a-f]\{4\}/"written_sha256":"0000/' manifest.jsonl
breaks manifest "a line is missing" sed -i 1d manifest.jsonl
breaks places "a decision is about no file" sed -i '/NTFS_2.EML/d' R/snapshot/files.jsonl
breaks once "a commit stands twice" sed -i '/"event":"commit"/p' R/journal.jsonl
breaks once "an intent is missing" sed -i '0,/"event":"intent"/s//"event":"none"/' R/journal.jsonl
breaks sent "a detail was changed" sed -i 's/b@example.org/x@example.org/' R/messages.jsonl
breaks sent "a written hash is another" sed -i 's/"written_sha256":"[0-9a-f]\{4\}/"written_sha256":"0000/' R/journal.jsonl
# Sent by SMTP, a message has no name: neither in its intent nor in the manifest.
name=$(jq -r 'select(.source == "Queue/100%.eml" and .event == "commit") | .name' R/journal.jsonl)
sed -i "/\"event\":\"intent\"/s/\"name\":\"$name\",/\"smtp\":\"mail.example.com:25\",/; /\"event\":\"commit\"/s/\"name\":\"$name\"/\"name\":\"\"/" R/journal.jsonl
sed -i "s/\"written_name\":\"$name\"/\"written_name\":\"\"/" manifest.jsonl
[ "$(grep -c "$name" R/journal.jsonl)" = 1 ] || fail "the name was not taken out"
when="by SMTP"
all_pass manifest once sent
grep -q '^composed again: 3; left to requeue audit: 2$' said || fail "other counts of what was sent by SMTP: $(cat said)"
rm -rf R
cp -a whole R
cp manifest.whole manifest.jsonl

PUBLIC_KEY=$work/other.pub
! passes seal || fail "seal passes with another key"
PUBLIC_KEY=$work/key.pub

when="after the disposal"
"$requeue" dispose --recovery R --abandon 'end of retention' > /dev/null
all_pass chain seal balance manifest places once read
sed '/^sha256sum --quiet -c manifest/d; /^(cd data/d' check.bag > check.tags
all_pass tags
echo "the page is true"
