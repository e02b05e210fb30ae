#!/usr/bin/env bash
# A tour of FaceForge: it makes examples in a running FaceForge and shows each step.
#
#   bash docs/first-steps.sh [--home PATH] [--small]
#   bash docs/first-steps.sh [--home PATH] --remove
#
#   --home PATH  the data directory FaceForge was started with: python3 dev.py run --home PATH
#                (else FACEFORGE_HOME, else the usual one of this system)
#   --small      leave the large file of 2 GiB out
#   --remove     remove for good what the tour has written
#   --help       show this
#
# It needs bash and curl, and stops at the first thing that goes wrong. From the environment it also takes
#   FACEFORGE_URL    the address of FaceForge; else the one noted in the data directory
#   FACEFORGE_TOKEN  the token to sign in with; else the install token of the data directory
#   BIG_BYTES        the size of the large file, in bytes
#   TMPDIR           where the files are made before they are uploaded

# macOS brings bash 3.2: nothing here needs a later one.
set -euo pipefail

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }
say() { printf '\n== %s\n' "$*"; }
stop() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }

home=${FACEFORGE_HOME:-}
BIG_BYTES=${BIG_BYTES:-2147483648}
remove=
while [ $# -gt 0 ]; do
    case $1 in
        --home) [ -n "${2:-}" ] || stop "--home needs a path behind it"; home=$2; shift 2 ;;
        --home=?*) home=${1#--home=}; shift ;;
        --small) BIG_BYTES=0; shift ;;
        --remove) remove=yes; shift ;;
        --help | -h) usage; exit ;;
        *) usage >&2; stop "$1 is not understood" ;;
    esac
done

here=$(cd "$(dirname "$0")/.." && pwd)
command -v curl > /dev/null || stop "curl is needed, and it is not there"
python=
# That of FaceForge comes first: it is new enough, and knows where data is kept.
for each in "$here/.venv/bin/python" "$here/.venv/Scripts/python.exe" python3 python; do
    if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then python=$each; break; fi
done
[ -n "$python" ] || stop "Python 3.11 or later is needed, and it is not there"

work=$(mktemp -d "${TMPDIR:-/tmp}/faceforge-tour.XXXXXX")
trap 'rm -rf "$work"' EXIT
# On Windows curl and Python are no programs of Git Bash: they understand C:/…, and not /tmp/…
if command -v cygpath > /dev/null; then
    work=$(cygpath -m "$work")
    [ -z "$home" ] || home=$(cygpath -m "$home")
    export MSYS_NO_PATHCONV=1 MSYS2_ARG_CONV_EXCL='*'
fi
export PYTHONUTF8=1 no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"

# part EXPRESSION: reads JSON and prints a part of it; `it` is the whole.
part() {
    "$python" -c 'import json, sys; sys.stdout.reconfigure(newline="\n"); text = sys.stdin.read() or sys.exit(1)
it = json.loads(text); print(eval(sys.argv[1]))' "$1"
}

# call METHOD PATH [further words for curl]: prints the status, and leaves the answer in a file.
call() {
    local method=$1 path=$2
    shift 2
    # allow curl: an error is read from the file
    curl --silent --show-error --request "$method" --header @"$work/token" "$@" \
        --output "$work/answer" --write-out '%{http_code}' "$url$path" || stop "no answer from $url"
}

# ask METHOD PATH [further words for curl]: prints the answer; stops when it is an error.
ask() {
    local status
    status=$(call "$@")
    [ "$status" -lt 400 ] || stop "$1 $2 answered $status: $(cat "$work/answer")"
    [ "$status" = 204 ] || cat "$work/answer"
}

# send METHOD PATH JSON: the same with a JSON body.
send() { ask "$1" "$2" --header 'Content-Type: application/json' --data-binary "$3"; }

# Prints the data directory, the address that Core noted there, and its install token; a line each.
look_into_home() {
    "$python" - "$home" <<'PYTHON'
import pathlib, sys
sys.stdout.reconfigure(newline="\n")
try:
    from faceforge_storage.errors import CannotStart
    from faceforge_storage.home.home import open_home
except ImportError:
    sys.exit("FaceForge is not installed here yet.")
try:
    home, settings = open_home(pathlib.Path(sys.argv[1]) if sys.argv[1] else None, new=False)
except CannotStart as refused:
    sys.exit(refused.detail)
url = home.read_ports().get("url", "")
print(home.root, url, settings.auth.install_token.get_secret_value(), sep="\n")
PYTHON
}

# Stops when the disks have no room for the large file: one copy in FaceForge, and one beside it.
look_for_room() {
    "$python" - "$work" "$1" "$BIG_BYTES" <<'PYTHON'
import os, shutil, sys
work, data, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
needed = {}
for place, wanted in ((work, size), (data, size + (512 << 20))):
    if os.path.isdir(place):  # FaceForge may run on another machine
        device = os.stat(place).st_dev
        needed[device] = (place, wanted + needed.get(device, ("", 0))[1])
for place, wanted in needed.values():
    free = shutil.disk_usage(place).free
    if free < wanted:
        sys.exit(f"Stopped: the large file needs {wanted / 1e9:.1f} GB of free disk, and where {place} lies {free / 1e9:.1f} GB "
                 "are free. Nothing was written. Call the tour with --small to leave the large file out.")
PYTHON
}

# typed TEXT: as it may be typed again; in quotes where a shell would take it apart.
typed() { case $1 in *[!A-Za-z0-9_./~:-]*) printf "'%s'" "$1" ;; *) printf %s "$1" ;; esac; }
option=
[ -z "$home" ] || option=" --home $(typed "$home")"
run="python3 dev.py run$option"
again="bash $(typed "$0")$option"
url=${FACEFORGE_URL:-}
token=${FACEFORGE_TOKEN:-}
home_root=
if [ -z "$url" ] || [ -z "$token" ]; then
    found=$(look_into_home) || stop "start FaceForge first, in another terminal, and leave it running:  $run"
    { read -r home_root; read -r noted; read -r its_token; } <<< "$found"
    url=${url:-$noted}
    token=${token:-$its_token}
    [ -n "$url" ] || stop "FaceForge has not run on $home_root yet. Start it in another terminal:  $run"
fi
# The token goes into a file that only you can read: words on a command line are seen by everybody.
(umask 077 && printf 'Authorization: Bearer %s\n' "$token" > "$work/token")

case ${BIG_BYTES} in
    0) files='2 files: a photograph and a voice (the large one is left out)' ;;
    *[!0-9]*) stop "BIG_BYTES has to be a whole number" ;;
    *) files="3 files: a photograph, a voice, and a large one of $BIG_BYTES bytes (--small leaves it out)" ;;
esac
if [ -z "$remove" ]; then
    cat <<INTRODUCTION
This tour writes examples into the FaceForge at $url${home_root:+, data directory $home_root}:
  3 field definitions, which say what may stand in the fields of a person: born, height, eye_colour
  2 people: Ada Lovelace and Charles Babbage
  $files
  1 relationship, and 1 descriptor: a fact that was true for some years
To get rid of them:  $again --remove
or, when the data directory is for this trial only: stop FaceForge, and delete the directory.
INTRODUCTION
    if [ -z "$home" ] && [ -z "${FACEFORGE_URL:-}" ] && [ -t 0 ]; then
        printf '\nThat is your usual data directory. Enter goes on, Ctrl-C leaves everything as it is. '
        read -r _
    fi
fi

say "1. Where is FaceForge, and may we in?"
# allow curl: an error is read from the file
status=$(curl --silent --header @"$work/token" --output "$work/answer" --write-out '%{http_code}' "$url/v1/system/info") \
    || stop "nothing answers at $url. Start FaceForge in another terminal, and leave it running:  $run"
case $status in
    200) ;;
    401)
        [ -z "${FACEFORGE_TOKEN:-}" ] || stop "the FaceForge at $url does not know the token in FACEFORGE_TOKEN." \
            "Unset it, or call the tour with FACEFORGE_TOKEN=\$(python3 dev.py token$option)"
        stop "the FaceForge at $url does not keep its data in $home_root. Call the tour with --home and the" \
            "data directory that it printed when it started."
        ;;
    *) stop "GET /v1/system/info at $url answered $status: $(head -c 2000 "$work/answer")" ;;
esac
part '"FaceForge {version} keeps its data in {data_directory}".format(**it)' < "$work/answer" || stop "$url is not FaceForge"
data=$(part 'it["data_directory"]' < "$work/answer")

# What the tour makes can be told by this: a tag of people and files, the end of the description of a definition.
MARK=faceforge-tour

# defined KEY: whether the field is defined, and by the tour; stops when somebody else has defined it.
defined() {
    [ "$(call GET "/v1/admin/field-defs/$1")" = 200 ] || return 1
    grep -q "($MARK)" "$work/answer" || [ -n "$remove" ] || stop "a field $1 of your own is defined here already. Nothing was" \
        "written. Take the tour on a data directory for trials:  python3 dev.py run --home ~/faceforge-trial"
    grep -q "($MARK)" "$work/answer"
}

# made NOUN: prints the ids of what the tour made, also of what is in the trash already.
made() {
    ask GET "/v1/$1?tag=$MARK&deleted=${2:-include}&limit=500" \
        | part '"\n".join(each.get("entity_id") or each["asset_id"] for each in it["items"])'
}

remove_all() {
    local noun id key
    for noun in entities assets; do
        for id in $(made $noun exclude); do ask DELETE "/v1/$noun/$id"; done
        for id in $(made $noun); do
            ask POST "/v1/$noun/$id/purge" > /dev/null
            echo "removed /v1/$noun/$id"
        done
    done
    for key in born height eye_colour; do
        if defined $key; then
            ask DELETE "/v1/admin/field-defs/$key"
            echo "removed /v1/admin/field-defs/$key"
        fi
    done
}

if [ -n "$remove" ]; then
    say "2. Remove what the tour has written"
    remove_all
    say "Done. The journal still tells that it was there, but no longer what it was."
    exit
fi
[ "$BIG_BYTES" = 0 ] || look_for_room "$data"
for key in born height eye_colour; do defined $key || true; done

say "2. Define fields: say once which there are, and what they may hold"
define() {
    if defined "$1"; then
        echo "$1 is defined already"
    else
        send POST /v1/admin/field-defs "{\"field_key\": \"$1\", \"description\": \"$2 ($MARK)\", $3}" \
            | part '"{field_key}: {field_type}".format(**it)'
    fi
}
define born "The day of birth" '"field_type": "date", "label": "Born"'
define height "How tall somebody is" '"field_type": "number", "label": "Height", "unit": "cm", "min": 0, "max": 300'
define eye_colour "One of four" '"field_type": "enum", "label": "Eyes", "options": ["blue", "brown", "green", "grey"]'

say "3. Make two people"
ada=$(send POST /v1/entities '{"display_name": "Ada Lovelace", "aliases": ["Countess of Lovelace"],
    "tags": ["mathematician", "'$MARK'"], "fields": {"born": "1815-12-10", "height": 165, "eye_colour": "brown"}}' \
    | part 'it["entity_id"]')
echo "Ada Lovelace is $ada"
charles=$(send POST /v1/entities '{"display_name": "Charles Babbage", "tags": ["mathematician", "engineer", "'$MARK'"],
    "fields": {"born": "1791-12-26", "height": 178}}' | part 'it["entity_id"]')
echo "Charles Babbage is $charles"

say "4. What does not fit is refused, and nothing is kept"
curl --silent --header @"$work/token" --header 'Content-Type: application/json' \
    --data '{"display_name": "Goliath", "fields": {"height": 999}}' "$url/v1/entities" \
    | part '"{status} {code}: {detail}".format(**it)'

say "5. Make the files to upload"
"$python" - "$work" "$BIG_BYTES" <<'PYTHON'
import math, pathlib, struct, sys, wave, zlib
folder, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

rows = b"".join(b"\0" + bytes(v for x in range(320) for v in (x % 256, y % 256, (x ^ y) % 256)) for y in range(240))
head = struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0)
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
(folder / "portrait.png").write_bytes(png)

with wave.open(str(folder / "voice.wav"), "wb") as voice:
    voice.setnchannels(1), voice.setsampwidth(2), voice.setframerate(16000)
    voice.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n * 0.17))) for n in range(16000)))

if size:
    with (folder / "archive.bin").open("wb") as large:  # every MiB begins with its own place, the rest is a hole
        for place in range(0, size, 1 << 20):
            large.seek(place), large.write(place.to_bytes(8, "big"))
        large.truncate(size)
PYTHON
size_of() { echo $(($(wc -c < "$1"))); } # the sum takes away the blanks that wc begins with on macOS
hash_of() { "$python" -c 'import hashlib, sys; print(hashlib.file_digest(open(sys.argv[1], "rb"), "sha256").hexdigest())' "$1"; }
(cd "$work" && for each in *.*; do echo "$each, $(size_of "$each") bytes"; done)

say "6. Upload the photograph as a form, linked to Ada at once"
portrait=$(ask POST /v1/assets/upload --form "file=@$work/portrait.png" --form kind=image.original \
    --form "entity_id=$ada" --form role=portrait --form tag=engraving --form tag=$MARK | part 'it["asset_id"]')
echo "The photograph is $portrait"
send PATCH "/v1/entities/$ada" "{\"primary_thumbnail_asset_id\": \"$portrait\"}" \
    | part '"It stands for {display_name} now, who is at version {version}".format(**it)'

say "7. Upload the voice with a sidecar that describes it"
cat > "$work/_meta.json" <<META
{"kind": "audio.clip", "tags": ["voice", "$MARK"], "role": "voice", "user_metadata": {"language": "en"},
 "recorded_with": "a sine wave", "entities": ["$ada"]}
META
ask POST /v1/assets/upload --form "file=@$work/voice.wav" --form "meta=<$work/_meta.json" \
    | part '"{filename}: {mime_type}, {size_bytes} bytes, ".format(**it) + json.dumps(it["user_metadata"])'

say "8. Upload the large file as it is, with the hash it must have; then link it to both"
if [ "$BIG_BYTES" = 0 ]; then
    echo "left out (--small)"
    asset=$portrait sent=$work/portrait.png number=2
else
    asset= sent=$work/archive.bin number=3
fi
sent_bytes=$(size_of "$sent")
sent_hash=$(hash_of "$sent")
if [ -z "$asset" ]; then
    asset=$(ask PUT "/v1/assets/upload?filename=archive.bin&kind=file.archive&tag=$MARK&sha256=$sent_hash" \
        --upload-file "$sent" | part 'it["asset_id"]')
    rm "$sent" # its copy comes back in step 12: there need not be room for both
    for person in "$ada" "$charles"; do
        send POST "/v1/entities/$person/assets/$asset/link" '{"role": "papers"}' > /dev/null
    done
    ask GET "/v1/assets/$asset" | part '"{filename}: {size_bytes} bytes, linked to {n} people".format(n=len(it["links"]), **it)'
fi

say "9. The same bytes again are not stored twice"
ask POST /v1/assets/upload --form "file=@$work/portrait.png" | part '"It is {asset_id} already".format(**it) if it["duplicate"] else sys.exit(1)'

say "10. Say what Ada is to Charles, and in a descriptor a fact that was true for a time"
send POST /v1/relationships "{\"src_entity_id\": \"$ada\", \"dst_entity_id\": \"$charles\",
    \"relationship_type\": \"friend\", \"valid_from\": \"1833-06\", \"source\": \"letters\"}" \
    | part '"{relationship_type} since {valid_from}".format(**it)'
send POST "/v1/entities/$ada/descriptors" "{\"field_key\": \"home\", \"value\": \"Ockham Park\",
    \"valid_from\": \"1835\", \"valid_to\": \"1852\", \"evidence_asset_id\": \"$portrait\"}" \
    | part '"{field_key}: {value}, {valid_from} to {valid_to}".format(**it)'

say "11. Read it all back in one GraphQL query"
tr '\n' ' ' > "$work/query.json" <<GRAPHQL
{"variables": {"id": "$ada"}, "query": "query(\$id: ID!) { entity(entityId: \$id) {
  displayName fields primaryThumbnail { filename }
  assets(sortBy: SIZE_BYTES) { totalCount nodes { filename kind sizeBytes links { role entity { displayName } } } }
  relationships { nodes { relationshipType validFrom other { displayName assets { nodes { filename } } } } }
  descriptors(asOf: \"1840-01-01\") { nodes { fieldKey value evidenceAsset { filename } } } } }"}
GRAPHQL
answer=$(send POST /graphql "@$work/query.json")
"$python" -m json.tool --indent 2 <<< "$answer"
[ "$(part 'it["data"]["entity"]["assets"]["totalCount"]' <<< "$answer")" = $number ] || stop "Ada should have $number files"

say "12. Begin a download, cut it in the middle, and go on where it stopped"
address="$url/v1/assets/$asset/download"
# `head` closes the pipe after a third of the bytes: for curl, and for FaceForge, the connection is gone.
{ curl --silent --fail --header @"$work/token" "$address" || true; } | head -c $((sent_bytes / 3)) > "$work/got.bin"
echo "cut after $(size_of "$work/got.bin") bytes"
# Without --fail an error would be written into the file, and what was got would be gone on with behind it.
curl --silent --show-error --fail --header @"$work/token" --continue-at - --output "$work/got.bin" \
    --write-out 'went on: status %{http_code}, %{size_download} further bytes\n' "$address" || stop "the download did not go on"
got_hash=$(hash_of "$work/got.bin")
echo "sent $sent_hash"
echo "got  $got_hash"
[ "$got_hash" = "$sent_hash" ] || stop "the bytes differ"

say "13. Who changed what: the journal"
ask GET '/v1/changesets?limit=5' | part '"\n".join("{changeset_id:>4} {operation} by {actor}".format(**each) for each in it["items"])'

say "Done. Open $url/ and look around; ask $url/docs what else there is."
echo "To remove what this tour has written:  $again --remove"
