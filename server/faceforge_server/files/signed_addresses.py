"""The signed addresses of one home: made for the schema, checked when they are opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from faceforge_schema.assets.thumbnails import address
from faceforge_server.files.description import DOWNLOAD
from faceforge_server.files.disposition import Disposition
from faceforge_server.files.signing import sign, sign_thumbnail, verify, verify_thumbnail


@dataclass(frozen=True)
class SignedAddresses:
    """Addresses that need no token for a while. Each is answered as (path with its query, the moment it expires at)."""

    key: Callable[[], bytes]

    def of_download(
        self, asset_id: str, content_hash: str, disposition: Disposition, seconds: int
    ) -> tuple[str, str]:
        """That of an asset's bytes: see `SignDownload` in the schema."""
        query = sign(self.key(), asset_id, content_hash, disposition, now=time.time(), seconds=seconds)
        return _signed(DOWNLOAD.format(asset_id=asset_id), query)

    def of_thumbnail(self, content_hash: str, size: int, seconds: int) -> tuple[str, str]:
        """That of a thumbnail: see `SignThumbnail` in the schema."""
        query = sign_thumbnail(self.key(), content_hash, size, now=time.time(), seconds=seconds)
        return _signed(address(content_hash, size), query)

    def check_download(
        self, method: str, asset_id: str, content_hash: str, query: Mapping[str, str]
    ) -> Disposition:
        """How the file is to be shown; raises InvalidSignature."""
        return verify(self.key(), method, asset_id, content_hash, query, now=time.time())

    def check_thumbnail(self, method: str, content_hash: str, size: str, query: Mapping[str, str]) -> int:
        """For how many seconds the address still works; raises InvalidSignature."""
        now = time.time()
        return verify_thumbnail(self.key(), method, content_hash, size, query, now=now) - int(now)


def _signed(path: str, query: Mapping[str, str]) -> tuple[str, str]:
    expires = datetime.fromtimestamp(int(query["expires"]), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{path}?{urlencode(query)}", expires
