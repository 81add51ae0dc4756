#!/usr/bin/env bash
# The man pages that the build wrote: groff has no word against them, and each shows every option that --help has.
#
#   man.sh REQUEUE MAN_FOLDER
set -euo pipefail
export LC_ALL=C
requeue=$(realpath "$1")
folder=$(realpath "$2")
fail() {
  echo "FAILED: $*"
  exit 1
}
command -v groff > /dev/null || { echo "SKIPPED: groff is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pages=0 options=0
for page in "$folder"/requeue*.1; do
  name=$(basename "$page" .1)
  pages=$((pages + 1))
  # -P-cbou: plain letters only.
  groff -man -Tutf8 -ww -P-cbou -rLL=200n "$page" > "$work/shown" 2> "$work/said" || fail "$name: groff ended with $?"
  [ ! -s "$work/said" ] || fail "$name: $(cat "$work/said")"
  verb=${name#requeue}
  # shellcheck disable=SC2086
  "$requeue" ${verb#-} --help > "$work/help"
  "$requeue" help ${verb#-} | cmp -s - "$work/help" || fail "help ${verb#-} is not ${verb#-} --help"
  for option in $(sed -nE 's/^  (-[a-z-]+(,--[a-z-]+)?).*/\1/p' "$work/help" | tr , '\n'); do
    grep -qE -- "(^|[ ,])$option([ ,]|$)" "$work/shown" || fail "$name(1) has no $option: $(cat "$work/shown")"
    options=$((options + 1))
  done
done
for verb in $(sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <("$requeue" --help)); do
  [ -s "$folder/requeue-$verb.1" ] || fail "there is no requeue-$verb(1)"
done
[ "$pages" -ge 20 ] && [ "$options" -ge 200 ] || fail "only $pages pages, $options options"
! "$requeue" man frobnicate > "$work/none" || fail "a page of no verb"
if command -v man > /dev/null; then
  MANROFFOPT=-ww man --warnings -l "$folder/requeue-replay.1" > "$work/shown" 2> "$work/said" || fail "man -l ended with $?"
  [ ! -s "$work/said" ] || fail "man -l: $(cat "$work/said")"
else
  echo "SKIPPED: man is not installed; groff alone was asked"
fi
echo "the man pages are true: $pages pages, $options options"
