"""The asset with a hash: any of those that other programs know a file by, or the beginning of one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from faceforge_schema.context import Context, Reader
from faceforge_schema.values.inputs import invalid
from faceforge_schema.values.visible_jobs import hidden_owners
from faceforge_storage import assets as rows
from faceforge_storage import readings
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import AmbiguousHash, NotFound

DIGITS = {"sha256": 64, "autov2": 10, "autov3": 64, "md5": 32, "crc32": 8, "blake3": 64}
"""Algorithm -> the hexadecimal digits of a whole hash."""
LEAST_DIGITS = 8
OF_MODELS = ("autov3", "crc32", "md5")
"""Those that are not computed of every file."""
HEX = re.compile("[0-9A-Fa-f]{8,64}")
MOST_CANDIDATES = 10


def find_by_hash(db: Reader, context: Context, algorithm: str, hex: str) -> AnyRow:
    """The oldest live asset on the one content with the hash, of those that who asks may read. Raises InvalidInput,
    NotFound and AmbiguousHash."""
    contents = rows.contents_with_hash(db, algorithm, _digits(algorithm, hex), MOST_CANDIDATES + 1)
    oldest = first_readable(db, context, [(content, None) for content in contents])
    found = [each for each in oldest if each is not None]
    if not found:
        raise _not_found(db, algorithm, hex)
    if len(found) > 1:
        raise AmbiguousHash(
            f"{_count(len(found))} files have an {algorithm} that begins with {hex.lower()!r}.",
            candidates=tuple(
                {"asset_id": each.id, "filename": each.filename, "content_hash": each.content_hash}
                for each in found[:MOST_CANDIDATES]
            ),
        )
    return found[0]


def first_readable(
    db: Reader, context: Context, wanted: Sequence[tuple[str, str | None] | None], *, of_jobs: bool = True
) -> list[AnyRow | None]:
    """For each hash, with a kind or None for any, the oldest live asset on these bytes that who asks may read.

    None where nothing is wanted. `of_jobs`: also those that jobs keep for themselves.
    """
    found = rows.oldest_with_contents(db, wanted, of_jobs=of_jobs)
    hidden = hidden_owners(db, context, [each.owner for each in found if each is not None])
    for place, each in enumerate(found):
        if each is not None and each.owner["id"] in hidden:
            found[place] = _next_readable(db, context, wanted[place] or ("", None), of_jobs=of_jobs)
    return found


def _next_readable(
    db: Reader, context: Context, wanted: tuple[str, str | None], *, of_jobs: bool
) -> AnyRow | None:
    """The same where the oldest belongs to a job that who asks may not see."""
    content_hash, kind = wanted
    every = db.execute(rows.matching(content_hash=content_hash, kind=kind)).all()
    hidden = hidden_owners(db, context, [each.owner for each in every])
    shown = [each for each in every if each.owner["id"] not in hidden]
    if not of_jobs:
        shown = [each for each in shown if not each.kind.startswith(readings.OF_JOBS)]
    return min(shown, key=lambda each: (each.created_at, each.row_id), default=None)


def _digits(algorithm: str, hex: str) -> str:
    """The digits as they are stored, in lower case; raises InvalidInput."""
    most = DIGITS.get(algorithm)
    if most is None:
        raise invalid("/algorithm", f"is one of {', '.join(DIGITS)}")
    if HEX.fullmatch(hex) is None or len(hex) > most:
        many = f"{LEAST_DIGITS} to {most}" if most > LEAST_DIGITS else f"{most}"
        raise invalid(
            "/hex",
            f"has {many} hexadecimal digits for {algorithm}",
            hint="`sha256sum FILE` prints a SHA-256, on Windows `Get-FileHash FILE`.",
        )
    return hex.lower()


def _not_found(db: Reader, algorithm: str, hex: str) -> NotFound:
    """Says what may still be found: of files that wait to be read a hash may not be known yet."""
    unread = 0 if algorithm in ("sha256", "autov2") else readings.unread(db)
    more = f" {unread} files are still unread, and may have it." if unread else ""
    hint = "No asset outside of the trash is on such bytes."
    if unread:
        hint = "Ask again when they have been read."
    elif algorithm in OF_MODELS:
        hint += (
            " Of files that are no models it is known with `reading.hash_all_files` only, and `autov3` never."
        )
    return NotFound(f"No live asset has the {algorithm} {hex!r}.{more}", hint=hint)


def _count(found: int) -> str:
    return str(found) if found <= MOST_CANDIDATES else f"More than {MOST_CANDIDATES}"
