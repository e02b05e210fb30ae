"""Opening a file of the home to read it, whatever has been put in its place meanwhile."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO


def open_regular_file(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a file, unbuffered; raises OSError where there is something else: whoever opens a pipe waits without end.

    Unless told to `follow` it, a link is something else, too; on Windows it is followed in any case.
    """
    beside = getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))

    def opened(name: str, flags: int) -> int:
        handle = os.open(name, flags | beside)
        if not S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "it is no regular file", name)
        return handle

    return open(path, "rb", buffering=0, opener=opened)  # `Path.open` takes no opener
