#!/usr/bin/env bash
# The pages against what the program says (tests/golden): the words that the manual shows are said, the verbs and options
# that any page types are there, and each link leads to a page and a heading.
#
#   words.sh SOURCE_FOLDER
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$1"
failed=0
complain() {
  echo "FAILED: $*"
  failed=1
}

seen=0
while IFS= read -r line; do
  seen=$((seen + 1))
  grep -qxF -- "$line" tests/golden/*.txt || complain "docs/manual.md shows what no golden words have: $line"
done < <(awk '$0 == "```text seen" { on = 1; next } /^```$/ { on = 0 } on' docs/manual.md)
[ "$seen" -ge 20 ] || complain "docs/manual.md shows only $seen lines"

pages=(README.md docs/*.md)
# A command line begins with "requeue VERB", in code or in a block; an option belongs to the verb before it.
commands=0
while IFS= read -r line; do
  page=${line%%:*}
  line=${line#*:}
  verb=$(sed -nE 's/^requeue ([a-z]+).*/\1/p' <<< "$line")
  [ -n "$verb" ] || continue
  commands=$((commands + 1))
  help=$(awk -v start="\$ requeue $verb --help" '$0 == start { on = 1 } on && /^\[exit/ { exit } on' tests/golden/help.txt)
  [ -n "$help" ] || { complain "$page: there is no verb $verb"; continue; }
  for option in $(grep -oE '(^| )--[a-z-]+' <<< "$line"); do
    grep -qE -- "(^|[ ,])$option( |,|$)" <<< "$help" || complain "$page: requeue $verb has no $option"
  done
done < <(grep -oHE '(^    |`)requeue [a-z]+[^`#|{]*' "${pages[@]}" | sed -E 's/:(    |`)/:/' | grep -vE 'requeue (redaction key|man VERB|help VERB)')
[ "$commands" -ge 60 ] || complain "only $commands command lines were found"

links=0
while IFS= read -r line; do
  page=${line%%:*}
  link=${line#*:}
  links=$((links + 1))
  file=${link%%#*}
  target=$page
  [ -z "$file" ] || target=$(dirname "$page")/$file
  [ -e "$target" ] || { complain "$page: there is no $link"; continue; }
  [ "$link" = "$file" ] && continue
  sed -nE 's/^#+ //p' "$target" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g' |
    grep -qxF -- "${link#*#}" || complain "$page: there is no heading $link"
done < <(grep -oHE '\]\([^)]*\)' "${pages[@]}" | sed -E 's/:\]\(/:/; s/\)$//' | grep -v ':http')
[ "$links" -ge 40 ] || complain "only $links links were found"

[ "$failed" = 0 ] || exit 1
echo "the pages are true: $seen lines shown, $commands command lines, $links links"
