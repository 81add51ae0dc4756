#!/usr/bin/env bash
# What docs/formats.md tells a person to type is typed here: its blocks marked "check" must pass, its worked example must be
# a chain by the check that docs/compliance.md gives, and its example of a safe name is one.
#
#   formats.sh REQUEUE FORMATS_MD COMPLIANCE_MD
set -euo pipefail
requeue=$(realpath "$1")
page=$(realpath "$2")
compliance=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}
# Blocks of one kind, each into a file of its own.
blocks() { awk -v kind="$1" -v to="$2" '$0 == "```" kind { n++; on = 1; next } /^```$/ { on = 0 } on { print > (to n) }' "$page"; }
mkdir -p M/Queue M/Pickup
printf 'From: a@example.com\r\nTo: b@example.org\r\nBcc: c@example.org\r\n\r\nbody\r\n' > M/Queue/a.eml
cp M/Queue/a.eml M/Queue/b.eml
printf 'From: a@example.com\r\nSubject: to nobody\r\n\r\nbody\r\n' > 'M/Queue/100%.eml'
"$requeue" evacuate --mailroot M --recovery R --service none
"$requeue" replay --recovery R --no-probe test || [ $? -eq 3 ]

blocks 'bash check' check
[ -s check1 ] || fail "there is no block to check"
for block in check*; do bash -eu -o pipefail "$block" || fail "a block does not pass: $(cat "$block")"; done
[ -e 'R/snapshot/data/mailroot/Queue/name-58c6c902ebeadcc3.eml' ] || fail "the safe name is not the one that the page gives"

blocks 'jsonl chain' chain
awk '$0 == "```bash check chain" { on = 1; next } /^```$/ { on = 0 } on' "$compliance" > chain.check
mkdir example
cp chain1 example/journal.jsonl
check() { RECOVERY=$work/example bash -eu -o pipefail chain.check; }
head=$(check | sed -n 's/^head //p') || fail "the worked example is no chain"
[ ${#head} = 64 ] || fail "there is no head: $head"
grep -q "$head" "$page" || fail "the worked example has another head than the page says"
sed -i '2s/running/stopped/' example/journal.jsonl
! check || fail "a changed example passes"
echo "the page is true"
