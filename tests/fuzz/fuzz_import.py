"""Coverage-guided fuzzing of imports: no file makes a traceback, a hang, or a record vanish.

`make fuzz` runs it for five minutes from the small exports of the tests; `-max_total_time=3600`
after `--` runs it for longer. What breaks it is written beside the repository as `crash-…`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import atheris

sys.path[0] = str(Path(__file__).resolve().parents[2])

LOOKED_AT = ["shophelm.shop.importers", "shophelm.shop.reading", "csv", "zipfile"]
with atheris.instrument_imports(include=LOOKED_AT):
    from shophelm.errors import ShophelmError
    from shophelm.shop.importers import import_auto

from tests.shop.importers.exports import EXPORTS  # noqa: E402

KINDS = (".csv", ".xls", ".xlsx", ".zip", ".csv.gz", ".txt")
"""A file's first byte says what it is called."""
WORK = Path(tempfile.mkdtemp(prefix="shophelm-fuzz-"))
KEY = WORK / "key"


def one(data: bytes) -> None:
    """Import one file that may be anything."""
    if not data:
        return
    folder = WORK / "one"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    file = folder / f"export_2026-08-11{KINDS[data[0] % len(KINDS)]}"
    file.write_bytes(data[1:])
    try:
        records = import_auto([file], folder / "shop", key_file=KEY)
    except ShophelmError as error:
        if "fault of Shophelm" in str(error):
            raise
        return
    for record in records:
        for read in record.files:
            assert read.read == read.accepted + read.rejected + read.kept_apart


def seeds(folder: Path) -> Path:
    """Write the exports of the tests as the fuzzer wants them: the kind's number first."""
    folder.mkdir()
    for name, make in EXPORTS.items():
        place = folder / f"of-{name}"
        place.mkdir()
        for number, path in enumerate(make(place)):
            kind = next(n for n, k in enumerate(KINDS) if path.name.endswith(k))
            (folder / f"{name}-{number}").write_bytes(bytes([kind]) + path.read_bytes())
        shutil.rmtree(place)
    return folder


if __name__ == "__main__":
    KEY.write_text("a key of this fuzzing, long enough")
    corpus = seeds(WORK / "seeds")
    atheris.Setup([sys.argv[0], "-timeout=20", *sys.argv[1:], str(corpus)], one)
    atheris.Fuzz()
