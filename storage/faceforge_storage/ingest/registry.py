"""The readers of files, in order: of several that give the same value for lists, the first wins."""

from __future__ import annotations

from faceforge_storage.ingest import archive, audio, hashes, images, pdf, safetensors, text, video
from faceforge_storage.ingest.generation import reader as generation
from faceforge_storage.ingest.reader import Reader

READERS: tuple[Reader, ...] = (
    images.READER,
    audio.READER,
    video.READER,
    pdf.READER,
    text.READER,
    archive.READER,
    safetensors.READER,
    generation.READER,
    hashes.READER,
)
