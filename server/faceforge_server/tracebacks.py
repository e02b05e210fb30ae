"""Tracebacks for a log that holds nobody's values: where something went wrong and of what kind it was, not its message.

A message quotes what it is about (`ValueError: … 'what somebody typed'`), whoever wrote it. What the operating system
says of an error is kept: it has words of its own, and its paths are left out.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from traceback import format_tb

log = logging.getLogger("faceforge.errors")


def without_values(error: BaseException) -> str:
    """The traceback of an error and of what led to it, the first cause first."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _lines(cause, seen)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield "".join(format_tb(error.__traceback__)).rstrip()
    yield _kind(error)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in seen:
                yield "one of them:"
                yield from _lines(each, seen)


def _kind(error: BaseException) -> str:
    """The class of an error; with the operating system's own words, or SQLite's name for it, where it has them."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    said = error.strerror if isinstance(error, OSError) else getattr(error, "sqlite_errorname", None)
    return f"{kind}: {said}" if isinstance(said, str) else kind


def catch_the_rest() -> None:
    """Log what Python would print by itself: errors of threads, and those that nobody can be told of."""
    threading.excepthook = lambda args: _log("a thread ended by an error", args.exc_value)
    sys.unraisablehook = lambda args: _log("an error while something was let go", args.exc_value)


def _log(what: str, error: BaseException | None) -> None:
    log.error(what, exc_info=error)
