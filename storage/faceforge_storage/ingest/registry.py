"""The readers of files, one line each, in their order: of several that find the same of a file, the first wins."""

from __future__ import annotations

from faceforge_storage.ingest import archive, images, pdf, text
from faceforge_storage.ingest.reader import Reader

READERS: tuple[Reader, ...] = (
    images.READER,
    pdf.READER,
    text.READER,
    archive.READER,
)
