#!/usr/bin/env bash
# First steps with FaceForge: two people, three files, one question, one download that was cut and goes on.
#
# Start Core in one terminal (python3 dev.py run), then this in another:   bash docs/first-steps.sh
# It needs bash, curl and python3. It stops at the first thing that goes wrong. What you may set:
#   FACEFORGE_HOME   the data directory, when you started Core with --home
#   FACEFORGE_URL    the address Core printed; found in the data directory when not set
#   FACEFORGE_TOKEN  the token; `faceforge token show` is asked when not set
#   BIG_BYTES        the size of the big file; 2147483648 (2 GiB) when not set
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BIG_BYTES=${BIG_BYTES:-2147483648}
export no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"

say() { printf '\n== %s\n' "$*"; }
stop() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }

# part EXPRESSION: reads JSON and prints a part of it; `it` is the whole.
part() {
    python3 -c 'import json, sys; text = sys.stdin.read() or sys.exit(1); it = json.loads(text); print(eval(sys.argv[1]))' "$1"
}

# ask METHOD PATH [further words for curl]: prints the answer; stops when it is an error.
ask() {
    local method=$1 path=$2 status
    shift 2
    # allow curl: an error is read from the file
    status=$(curl --silent --show-error --request "$method" --header @"$work/token" "$@" \
        --output "$work/answer" --write-out '%{http_code}' "$url$path") || stop "no answer from $url"
    [ "$status" -lt 400 ] || stop "$method $path answered $status: $(cat "$work/answer")"
    cat "$work/answer"
}

# send METHOD PATH JSON: the same with a JSON body.
send() { ask "$1" "$2" --header 'Content-Type: application/json' --data-binary "$3"; }

say "1. Where is Core, and may we in?"
url=${FACEFORGE_URL:-}
if [ -z "$url" ] && [ -n "${FACEFORGE_HOME:-}" ]; then
    ports="$FACEFORGE_HOME/config/ports.json"
    [ -f "$ports" ] || stop "Core has not run on $FACEFORGE_HOME yet: python3 dev.py run --home $FACEFORGE_HOME"
    url=$(part 'it["url"]' < "$ports")
fi
url=${url:-http://127.0.0.1:43210}
program="$here/.venv/bin/faceforge"
[ -x "$program" ] || program="$here/.venv/Scripts/faceforge" # Git Bash on Windows
token=${FACEFORGE_TOKEN:-$("$program" token show)}
# The token goes into a file that only you can read: words on a command line are seen by everybody.
(umask 077 && printf 'Authorization: Bearer %s\n' "$token" > "$work/token")
ask GET /v1/system/info | part '"FaceForge {version} keeps its data in {data_directory}".format(**it)'

say "2. Say once which fields a person has"
define() {
    local known
    known=$(curl --silent --header @"$work/token" --output /dev/null --write-out '%{http_code}' \
        "$url/v1/admin/field-defs/$1")
    if [ "$known" = 200 ]; then
        echo "$1 is defined already"
    else
        send POST /v1/admin/field-defs "$2" | part '"{field_key}: {field_type}".format(**it)'
    fi
}
define born '{"field_key": "born", "field_type": "date", "label": "Born"}'
define height '{"field_key": "height", "field_type": "number", "label": "Height", "unit": "cm", "min": 0, "max": 300}'
define eye_colour '{"field_key": "eye_colour", "field_type": "enum", "options": ["blue", "brown", "green", "grey"]}'

say "3. Make two people"
ada=$(send POST /v1/entities '{"display_name": "Ada Lovelace", "aliases": ["Countess of Lovelace"],
    "tags": ["mathematician"], "fields": {"born": "1815-12-10", "height": 165, "eye_colour": "brown"}}' \
    | part 'it["entity_id"]')
echo "Ada Lovelace is $ada"
charles=$(send POST /v1/entities '{"display_name": "Charles Babbage", "tags": ["mathematician", "engineer"],
    "fields": {"born": "1791-12-26", "height": 178}}' | part 'it["entity_id"]')
echo "Charles Babbage is $charles"

say "4. What does not fit is refused, and nothing is kept"
curl --silent --header @"$work/token" --header 'Content-Type: application/json' \
    --data '{"display_name": "Goliath", "fields": {"height": 999}}' "$url/v1/entities" \
    | part '"{status} {code}: {detail}".format(**it)'

say "5. Make three files: a photograph, a voice, and one of $BIG_BYTES bytes"
python3 - "$work" "$BIG_BYTES" <<'PYTHON'
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

with (folder / "archive.bin").open("wb") as big:  # every MiB begins with its own place, the rest is a hole
    for place in range(0, size, 1 << 20):
        big.seek(place), big.write(place.to_bytes(8, "big"))
    big.truncate(size)
PYTHON
hash_of() { python3 -c 'import hashlib, sys; print(hashlib.file_digest(open(sys.argv[1], "rb"), "sha256").hexdigest())' "$1"; }
big_hash=$(hash_of "$work/archive.bin")
(cd "$work" && ls -l portrait.png voice.wav archive.bin | awk '{print $5, $NF}')

say "6. Upload the photograph as a form, linked to Ada at once"
portrait=$(ask POST /v1/assets/upload --form "file=@$work/portrait.png" --form kind=image.original \
    --form "entity_id=$ada" --form role=portrait --form tag=engraving | part 'it["asset_id"]')
echo "The photograph is $portrait"
send PATCH "/v1/entities/$ada" "{\"primary_thumbnail_asset_id\": \"$portrait\"}" \
    | part '"It stands for {display_name} now, who is at version {version}".format(**it)'

say "7. Upload the voice with a sidecar that describes it"
cat > "$work/_meta.json" <<META
{"kind": "audio.clip", "tags": ["voice"], "role": "voice", "user_metadata": {"language": "en"},
 "recorded_with": "a sine wave", "entities": ["$ada"]}
META
ask POST /v1/assets/upload --form "file=@$work/voice.wav" --form "meta=<$work/_meta.json" \
    | part '"{filename}: {mime_type}, {size_bytes} bytes, ".format(**it) + json.dumps(it["user_metadata"])'

say "8. Upload the big file as it is, with the hash it must have; then link it to both"
archive=$(ask PUT "/v1/assets/upload?filename=archive.bin&kind=file.archive&sha256=$big_hash" \
    --upload-file "$work/archive.bin" | part 'it["asset_id"]')
for person in "$ada" "$charles"; do
    send POST "/v1/entities/$person/assets/$archive/link" '{"role": "papers"}' > /dev/null
done
ask GET "/v1/assets/$archive" | part '"{filename}: {size_bytes} bytes, linked to {n} people".format(n=len(it["links"]), **it)'

say "9. The same bytes again are not stored twice"
ask POST /v1/assets/upload --form "file=@$work/portrait.png" | part '"It is {asset_id} already".format(**it) if it["duplicate"] else sys.exit(1)'

say "10. Say what Ada is to Charles, and a fact that held for a time"
send POST /v1/relationships "{\"src_entity_id\": \"$ada\", \"dst_entity_id\": \"$charles\",
    \"relationship_type\": \"friend\", \"valid_from\": \"1833-06\", \"source\": \"letters\"}" \
    | part '"{relationship_type} since {valid_from}".format(**it)'
send POST "/v1/entities/$ada/descriptors" "{\"field_key\": \"home\", \"value\": \"Ockham Park\",
    \"valid_from\": \"1835\", \"valid_to\": \"1852\", \"evidence_asset_id\": \"$portrait\"}" \
    | part '"{field_key}: {value}, {valid_from} to {valid_to}".format(**it)'

say "11. Read it all back in one GraphQL query"
cat > "$work/query.json" <<GRAPHQL
{"variables": {"id": "$ada"}, "query": "query(\$id: ID!) { entity(entityId: \$id) {
  displayName fields primaryThumbnail { filename }
  assets(sortBy: SIZE_BYTES) { totalCount nodes { filename kind sizeBytes links { role entity { displayName } } } }
  relationships { nodes { relationshipType validFrom other { displayName assets { nodes { filename } } } } }
  descriptors(asOf: \"1840-01-01\") { nodes { fieldKey value evidenceAsset { filename } } } } }"}
GRAPHQL
python3 - "$work/query.json" <<'PYTHON'
import pathlib, sys
file = pathlib.Path(sys.argv[1])  # JSON has no line breaks inside a text
file.write_text(" ".join(file.read_text().split()))
PYTHON
answer=$(send POST /graphql "@$work/query.json")
python3 -m json.tool --indent 2 <<< "$answer"
[ "$(part 'it["data"]["entity"]["assets"]["totalCount"]' <<< "$answer")" = 3 ] || stop "Ada should have three files"

say "12. Begin a download, cut it in the middle, and go on where it stopped"
address="$url/v1/assets/$archive/download"
# `head` closes the pipe after a third of the bytes: for curl, and for Core, the connection is gone.
{ curl --silent --fail --header @"$work/token" "$address" || true; } | head -c $((BIG_BYTES / 3)) > "$work/got.bin"
echo "cut after $(wc -c < "$work/got.bin") bytes"
# Without --fail an error would be written into the file, and what was got would be gone on with behind it.
curl --silent --show-error --fail --header @"$work/token" --continue-at - --output "$work/got.bin" \
    --write-out 'went on: status %{http_code}, %{size_download} further bytes\n' "$address"
got_hash=$(hash_of "$work/got.bin")
echo "sent $big_hash"
echo "got  $got_hash"
[ "$got_hash" = "$big_hash" ] || stop "the bytes differ"

say "13. Who changed what: the journal"
ask GET '/v1/changesets?limit=5' | part '"\n".join("{changeset_id:>4} {operation} by {actor}".format(**each) for each in it["items"])'

say "Done. Open $url/ and look around; ask $url/docs what else there is."
