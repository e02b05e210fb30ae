"""The readers of files, in order: of several that give the same value for lists, the first wins."""

from __future__ import annotations

from faceforge_storage.ingest import audio, hashes, images, safetensors, video
from faceforge_storage.ingest.reader import Reader

READERS: tuple[Reader, ...] = (images.READER, audio.READER, video.READER, safetensors.READER, hashes.READER)
