#!/bin/sh
# Makes hunt.png, the picture in README.md: a hunt over the pack's own events, as Chromium shows its page.
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
storypack hunt tests/data/aws tests/data/gws tests/data/o365 --format html -o "$folder/hunt.html" || [ $? = 1 ]
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" \
    --window-size=1280,960 --screenshot="$folder/hunt.png" "file://$folder/hunt.html" 2>"$folder/log" || { cat "$folder/log"; exit 1; }
mv "$folder/hunt.png" docs/images/hunt.png
