"""A stored object as a file that is read: for what wants to seek and to read lines."""

from __future__ import annotations

import io

from faceforge_storage.objects.provider import ObjectReader


class ObjectFile(io.RawIOBase):
    """An open object, from its beginning; closing it closes the object."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader, self._place = reader, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # a writable buffer, as io says
        found = self._reader.read(self._place, len(view))
        view[: len(found)] = found
        self._place += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._reader.size_bytes}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        self._reader.close()
        super().close()
