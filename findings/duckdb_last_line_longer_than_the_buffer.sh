#!/usr/bin/env bash
# DuckDB's CSV reader, used to read lines: a last line that is longer than the buffer is left out without an error.
# The same line in the middle of a file is refused with an error, so a reader of logs cannot tell
# a file whose last event is large from one that does not have it.
# Seen with duckdb 2.0.0 (max_line_size 1 MiB, buffer_size 2 MiB, a line of 3 MiB): at the end 1 row of 2 and no error, in
# the middle NotImplementedException.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/lib" duckdb==2.0.0
cat > "$folder/probe.py" <<'PY'
import sys

import duckdb

MEBIBYTE = 1 << 20
READ = (
    "SELECT count(*) FROM read_csv('{path}', columns={{'line': 'VARCHAR'}}, auto_detect=false, header=false, "
    "delim='\x01', quote='', escape='', max_line_size={most}, buffer_size={buffer})"
)


def rows(path: str, text: str) -> str:
    with open(path, "w") as file:
        file.write(text)
    query = READ.format(path=path, most=MEBIBYTE, buffer=2 * MEBIBYTE)
    try:
        return str(duckdb.sql(query).fetchall()[0][0])
    except duckdb.Error as error:
        return type(error).__name__


path, long_line = sys.argv[1], "x" * (3 * MEBIBYTE)
seen = {
    "a short last line": rows(path, "first\nlast\n"),
    "a long last line": rows(path, f"first\n{long_line}\n"),
    "a long line in the middle": rows(path, f"first\n{long_line}\nlast\n"),
}
print("duckdb", duckdb.__version__)
for what, result in seen.items():
    print(f"{what}: {result}")
expected = {"a short last line": "2", "a long last line": "1", "a long line in the middle": "NotImplementedException"}
sys.exit(0 if seen == expected else f"expected {expected}")
PY
PYTHONPATH="$folder/lib" python3 "$folder/probe.py" "$folder/lines.txt"
