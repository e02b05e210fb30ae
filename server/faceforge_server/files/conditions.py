"""What a client has of a file already: the conditions of RFC 9110 section 13, by its tag and by its date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime

ETAG = re.compile(r'\s*(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')
TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
HTTP_DATE = re.compile(
    rf"[A-Z][a-z]{{2}}, [0-9]{{2}} [A-Z][a-z]{{2}} [0-9]{{4}} {TIME} GMT"
    rf"|[A-Z][a-z]{{5,8}}, [0-9]{{2}}-[A-Z][a-z]{{2}}-[0-9]{{2}} {TIME} GMT"
    rf"|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ 0-9][0-9] {TIME} [0-9]{{4}}"
)
"""The three forms of RFC 9110 section 5.6.7; a date in any other is as if it were not there."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one state of a file from another."""

    etag: str
    """Strong and quoted."""
    modified: int
    """The second, since 1970, in which these bytes became the asset's. They never change afterwards, so that the date
    is as strong as the tag: it cannot stand for two states (section 8.8.2.2)."""

    @property
    def last_modified(self) -> str:
        """The value of Last-Modified."""
        return formatdate(self.modified, usegmt=True)

    def refuse(self, headers: Mapping[str, str]) -> str | None:
        """The header with which the client wants no answer but of another state (412). A tag goes before a date."""
        if (wanted := headers.get("if-match")) is not None:
            return None if matches(wanted, self.etag, weak=False) else "If-Match"
        since = http_date(headers.get("if-unmodified-since"))
        return "If-Unmodified-Since" if since is not None and self.modified > since else None

    def known(self, headers: Mapping[str, str]) -> bool:
        """Whether the client has this state already (304). A tag goes before a date."""
        if (tags := headers.get("if-none-match")) is not None:
            return matches(tags, self.etag, weak=True)
        since = http_date(headers.get("if-modified-since"))
        return since is not None and self.modified <= since

    def same(self, if_range: str | None) -> bool:
        """Whether a range goes with what the client has, so far as it says what that is."""
        if if_range is None or if_range.strip() == self.etag:
            return True
        return http_date(if_range) == self.modified


def matches(header: str, etag: str, *, weak: bool) -> bool:
    """Whether If-Match or If-None-Match names `etag`; `weak` comparison ignores the mark `W/`.

    A header that is not well formed names nothing from there on.
    """
    if header.strip() == "*":
        return True
    position = 0
    while found := ETAG.match(header, position):
        if f'"{found["opaque"]}"' == etag and (weak or not found["weak"]):
            return True
        if found.end() == len(header):
            break
        position = found.end()
    return False


def http_date(text: str | None) -> int | None:
    """A date of a header in seconds since 1970; None for what is none, which RFC 9110 says to ignore."""
    if text is None or not HTTP_DATE.fullmatch(text.strip()):
        return None
    try:
        return int(parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp())
    except (ValueError, TypeError, OverflowError):  # such as the 31st of February
        return None
