"""A log line says when, what and for which request; it never holds a token (S4)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from faceforge_server.logs import FILE_BYTES, Line, LogFile, Logs, Repetitions

TOKEN = "ff_" + "Ab0-_" * 8 + "xyz"


@pytest.fixture
def restored_logging() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "uvicorn.error", "alembic")]
    handlers, levels = loggers[0].handlers[:], [logger.level for logger in loggers]
    yield
    for handler in set(loggers[0].handlers) - set(handlers):
        handler.close()
    loggers[0].handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    logging.captureWarnings(False)


def line(message: str, *arguments: object, secrets: tuple[str, ...] = ()) -> str:
    record = logging.LogRecord("faceforge.test", logging.INFO, "", 0, message, arguments, None)
    return Line(secrets).format(record)


@pytest.mark.parametrize(
    "message",
    [
        TOKEN,
        f"Authorization: Bearer {TOKEN}",
        "authorization: bearer something-else",
        f"{{'authorization': 'Bearer {TOKEN}'}}",
        "X-FaceForge-Token: something-else",
        "GET /v1/assets/1/download?expires=5&signature=something-else HTTP/1.1",
        "the secret of my-own-token is out",
    ],
)
def test_no_line_holds_a_secret(message: str) -> None:
    written = line(message, secrets=("my-own-token",))
    for secret in (TOKEN, "something-else", "my-own-token"):
        assert secret not in written
    assert "***" in written


def test_a_secret_in_an_argument_or_a_traceback_is_hidden_too() -> None:
    assert TOKEN not in line("refused %s", {"token": TOKEN})
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        record = logging.LogRecord("faceforge", logging.ERROR, "", 0, "failed", (), None)
        record.exc_info = (ValueError, error, error.__traceback__)
    written = Line().format(record)
    assert TOKEN not in written
    assert "Traceback" in written


def test_a_message_cannot_begin_a_line_of_its_own() -> None:
    written = line("name %s", "x\r\n2026-01-01T00:00:00.000000Z ERROR faceforge forged \x1b[31m")
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written


def test_a_line_begins_with_a_time_in_utc() -> None:
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z INFO faceforge\.test hello$", line("hello"))


@pytest.mark.usefixtures("restored_logging")
def test_lines_from_before_the_file_reach_it(tmp_path: Path) -> None:
    logs = Logs()
    logging.getLogger("faceforge.settings").warning("early")
    logs.write_to(tmp_path)
    logging.getLogger("faceforge.settings").warning("late")
    text = (tmp_path / "core.log").read_text()
    assert text.count("early") == text.count("late") == 1


@pytest.mark.usefixtures("restored_logging")
def test_the_file_rotates_and_old_ones_go(tmp_path: Path) -> None:
    Logs().write_to(tmp_path)
    for number in range(32):
        logging.getLogger("faceforge.test").info("%s %s", number, "x" * (FILE_BYTES // 4))
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["core.log", *(f"core.log.{number}" for number in range(1, 6))]
    assert all(file.stat().st_size <= FILE_BYTES for file in tmp_path.iterdir())


@pytest.mark.usefixtures("restored_logging")
def test_lines_that_cannot_be_written_are_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A traceback for each would fill the pipe of whoever started Core, and then stop Core."""
    Logs().write_to(tmp_path)
    (file,) = (each for each in logging.getLogger().handlers if isinstance(each, LogFile))
    file.stream.close()
    file.stream = (tmp_path / "core.log").open()  # to read only
    for number in range(100):
        logging.getLogger("faceforge.test").info("%s", number)
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{tmp_path / 'core.log'} cannot be written" in line


@pytest.mark.usefixtures("restored_logging")
def test_a_log_that_cannot_be_opened_is_said_plainly_and_ends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "core.log").mkdir()
    Logs().write_to(tmp_path)
    assert "core.log cannot be written" in capsys.readouterr().err
    logging.getLogger("faceforge.test").warning("to the console still")
    assert "to the console still" in capsys.readouterr().err


def test_a_traceback_says_where_and_of_what_kind_and_quotes_nobody() -> None:
    def typed(text: str) -> None:
        try:
            int(text)
        except ValueError as error:
            raise RuntimeError(f"no number: {text}") from error

    words = "-".join(["some", "body"])
    try:
        typed(words)
    except RuntimeError as error:
        record = logging.LogRecord("faceforge", logging.ERROR, "", 0, "failed", (), None)
        record.exc_info = (type(error), error, error.__traceback__)
    written = Line().format(record)
    assert words not in written
    assert "in typed" in written
    assert written.index("ValueError") < written.index("which led to:") < written.rindex("RuntimeError")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("asyncio", "Task exception was never retrieved\nfuture: <Task exception=ValueError('words')>"),
        ("py.warnings", "/a/file.py:12: UserWarning: got 'words'\n  warn(it)"),
    ],
)
def test_what_others_add_to_their_messages_is_left_out(name: str, message: str) -> None:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, (), None)
    written = Line().format(record)
    assert "words" not in written
    assert "never retrieved" in written or "UserWarning" in written


def test_an_error_of_the_system_keeps_the_systems_words_and_not_the_path() -> None:
    try:
        Path("/nowhere/somebody").read_text()
    except OSError as error:
        record = logging.LogRecord("faceforge", logging.ERROR, "", 0, "failed", (), None)
        record.exc_info = (type(error), error, error.__traceback__)
    written = Line().format(record)
    assert "FileNotFoundError: No such file or directory" in written


def test_of_lines_that_strangers_cause_one_of_a_kind_passes_each_minute() -> None:
    def record(message: str, seconds: float, *values: object) -> logging.LogRecord:
        made = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, message, values, None)
        made.created = 1_000_000 + seconds
        return made

    repetitions = Repetitions()
    passed = [repetitions.filter(record("from %s", second, second)) for second in range(60)]
    assert passed == [True] + [False] * 59
    assert repetitions.filter(record("another", 1))
    next_one = record("from %s", 60, "a")
    assert repetitions.filter(next_one)
    assert next_one.getMessage() == "from a (59 more since the last such line)"
