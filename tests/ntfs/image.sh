# Sourced by the scenarios on an NTFS volume: an image of one, made, mounted and read by ntfs-3g's own programs. Its names
# are the sample's below `mailroot`; streams.txt has a line for each stream: message TAB stream TAB SHA-256.
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin

skip() {
  echo "SKIPPED: $*"
  exit 77
}
[ "$(id -u)" = 0 ] || skip "only root may mount an NTFS image"
for program in mkntfs ntfs-3g ntfscp ntfscat; do
  command -v "$program" > /dev/null || skip "there is no $program here; scripts/install-deps installs it"
done
[ -c /dev/fuse ] || skip "this machine has no /dev/fuse"

work=$(mktemp -d)
volume=$work/volume
clean() {
  ! mountpoint -q "$volume" || umount "$volume" || umount -l "$volume"
  rm -rf "$work"
}
trap clean EXIT
cd "$work"
mkdir "$volume"

mount_volume() { # INTERFACE: how ntfs-3g shows the streams
  ntfs-3g volume.img "$volume" -o "streams_interface=$1" 2> mount.err || skip "ntfs-3g cannot mount here: $(cat mount.err)"
}
unmount_volume() {
  # A program that has just ended may hold its files for a moment longer: Wine's server closes them for it.
  local tries=100
  until umount "$volume" 2> umount.err; do
    ((tries-- > 0)) || fail "the volume stays busy: $(cat umount.err)"
    sleep 0.1
  done
}
fail() {
  printf 'FAILED (%s): %s\n' "$name" "$*" >&2
  exit 1
}
same() { [ "$2" = "$3" ] || fail "$1: $2, expected $3"; }
number() { grep -o "\"$2\":[0-9]*" "$1" | head -1 | cut -d: -f2; }

add_stream() { # MESSAGE STREAM BYTES-FILE, by ntfscp
  ntfscp --force --quiet -N "$2" volume.img "$3" "mailroot/$1" > ntfscp.out 2>&1 || fail "ntfscp: $(cat ntfscp.out)"
  printf '%s\t%s\t%s\n' "$1" "$2" "$(sha256sum < "$3" | cut -d' ' -f1)" >> streams.txt
}

# A Mailroot with 39 messages, of which one has a recipient in its stream that stands in no header.
make_volume() { # SAMPLE_QUEUES
  truncate -s 64M volume.img
  mkntfs --force --quick --quiet volume.img > mkntfs.out 2>&1 || fail "mkntfs: $(cat mkntfs.out)"
  mount_volume xattr
  "$1/unpack" 01-printer-outage "$volume/mailroot"
  "$1/unpack" 01-printer-outage original
  unmount_volume
  known=Queue/NTFS_c13fdf0001cfbab100000001.EML
  hidden=Queue/NTFS_cbeb6df001cfbab300000002.EML
  other=Queue/NTFS_b1c76c7001cfbab400000003.EML
  seq 1 12000 | head -c 60000 > large
  printf '\001\002\000nobody\000' > small
  printf '\000\011hidden@example.net\000' > address
  add_stream "$known" PROPERTIES large
  add_stream "$known" PROPERTIES-LIVE small
  add_stream "$hidden" PROPERTIES address
  add_stream "$other" 'Grüße' small
  stream_count=$(wc -l < streams.txt)
}

# Unmounted: whether ntfscat reads, below FOLDER, what was put there; of one message, or of all.
check_streams() { # FOLDER [MESSAGE]
  local message stream sum
  while IFS=$'\t' read -r message stream sum; do
    [ -z "${2:-}" ] || [ "$message" = "$2" ] || continue
    ntfscat --stream-name "$stream" volume.img "$1/$message" > found 2> ntfscat.err ||
      ntfscat --attribute-name "$stream" volume.img "$1/$message" > found 2> ntfscat.err ||
      fail "ntfscat of $1/$message:$stream: $(cat ntfscat.err)"
    same "SHA-256 of $1/$message:$stream" "$(sha256sum < found | cut -d' ' -f1)" "$sum"
  done < streams.txt
}

# Whether the bag in recovery/ has each stream, named in files.jsonl and stored as a plain file.
check_bag() {
  (cd recovery/snapshot && sha256sum --quiet -c manifest-sha256.txt) || fail "sha256sum does not agree with the bag"
  (cd recovery/snapshot && sha256sum --quiet -c tagmanifest-sha256.txt) || fail "sha256sum does not agree with the tags"
  local message stream sum stored
  while IFS=$'\t' read -r message stream sum; do
    stored=$(grep -F "\"$message\"" recovery/snapshot/files.jsonl | grep -oE '\{"name":"[^}]*\}' |
      grep -F "\"name\":\"$stream\"," | grep -F "\"sha256\":\"$sum\"" | grep -oE '"stored":"[^"]*"' | cut -d'"' -f4)
    [ -n "$stored" ] || fail "files.jsonl lacks $message:$stream: $(grep -F "\"$message\"" recovery/snapshot/files.jsonl)"
    same "SHA-256 of the stored stream $stored" "$(sha256sum < "recovery/snapshot/data/streams/${stored##*/}" | cut -d' ' -f1)" "$sum"
  done < streams.txt
  same "files in data/streams" "$(ls recovery/snapshot/data/streams | wc -l)" "$stream_count"
}
