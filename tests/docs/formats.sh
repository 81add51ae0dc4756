#!/usr/bin/env bash
# What docs/formats.md tells a person to type is typed here: its blocks marked "check" must pass on a recovery folder that
# requeue has just made, and fail on one that was changed. Its worked example must be a chain.
#
#   formats.sh REQUEUE FORMATS_MD
set -euo pipefail
requeue=$(realpath "$1")
page=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}
# Blocks of one kind, each into a file of its own.
blocks() { awk -v kind="$1" -v to="$2" '$0 == "```" kind { n++; on = 1; next } /^```$/ { on = 0 } on { print > (to n) }' "$page"; }
checks_pass() {
  local block
  for block in "$work"/check*; do
    (mkdir -p "$work/cwd" && cd "$work/cwd" && RECOVERY="$work/R" bash -eu -o pipefail "$block") || return 1
  done
}

mkdir -p M/Queue M/Pickup
printf 'From: a@example.com\r\nTo: b@example.org\r\nBcc: c@example.org\r\n\r\nbody\r\n' > M/Queue/a.eml
cp M/Queue/a.eml M/Queue/b.eml
printf 'From: a@example.com\r\nSubject: to nobody\r\n\r\nbody\r\n' > 'M/Queue/100%.eml'
"$requeue" evacuate --mailroot M --recovery R --service none
"$requeue" replay --recovery R --no-probe test || [ $? -eq 3 ]

blocks 'bash check' check
[ "$(ls check* | wc -l)" -ge 3 ] || fail "there are fewer blocks to check than there were"
checks_pass || fail "a block does not pass on a good recovery folder"
[ -e 'R/snapshot/data/mailroot/Queue/name-58c6c902ebeadcc3.eml' ] || fail "the safe name is not the one that the page gives"

blocks 'jsonl chain' chain
mv R/journal.jsonl whole
cp chain1 R/journal.jsonl
head=$(sed '/^cd /,$d' check1 | RECOVERY="$work/R" bash -eu) || fail "the worked example is no chain"
grep -q "${head#head }" "$page" || fail "the worked example has another head than the page says"
mv whole R/journal.jsonl

sed -i '/"event":"snapshot"/s/"files":3/"files":4/' R/journal.jsonl
grep -q '"event":"snapshot","files":4' R/journal.jsonl || fail "the snapshot line was not found"
! checks_pass || fail "a changed journal passes"
sed -i '/"event":"snapshot"/s/"files":4/"files":3/' R/journal.jsonl
checks_pass || fail "a journal that was put right does not pass"
printf x >> R/snapshot/data/mailroot/Queue/a.eml
! checks_pass || fail "a changed file of the snapshot passes"
echo "the page is true"
