"""What a terminal is shown: names of files can do it no harm, and progress is one line, or a few plain ones."""

from __future__ import annotations

import io

import pytest

from faceforge_server.commands.terminal import ProgressLine, harmless, shortened, table, takes_any_letter


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("two words.png", "two words.png"),
        ("\U0001f469\u200d\U0001f680 moon.png", "\U0001f469\u200d\U0001f680 moon.png"),
        ("נועה.png", "נועה.png"),
        ("ن\u200cا.png", "ن\u200cا.png"),
        ("gpj.\u202egnp.exe", "gpj.\\u202egnp.exe"),
        ("\x1b[2Jgone.png", "\\x1b[2Jgone.png"),
        ("\x9b2Jgone.png", "\\x9b2Jgone.png"),
        ("a\rb\nc\td", "a\\rb\\nc\\td"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("\udcff.png", "\\udcff.png"),
    ],
)
def test_a_name_is_shown_as_it_is_unless_it_would_steer_the_terminal(name: str, shown: str) -> None:
    assert harmless(name) == shown


def test_a_long_text_is_shortened_after_it_is_made_harmless() -> None:
    assert shortened("x" * 100, 10) == "x" * 9 + "…"
    assert shortened("\x1b" * 10, 20) == "\\x1b" * 4 + "\\x1…"


def test_the_columns_of_a_table_stand_one_below_the_other() -> None:
    lines = table(("ID", "STATE", "NAME"), [("1234", "queued", "a\nb"), ("1", "ran", "")])
    assert lines == ["ID    STATE   NAME", "1234  queued  a\\nb", "1     ran"]


def test_an_old_console_is_written_to_by_escapes() -> None:
    written = io.BytesIO()
    console = io.TextIOWrapper(written, encoding="cp1252")
    takes_any_letter(console)
    print("é\U0001f680", file=console, flush=True)
    assert written.getvalue().strip() == b"\xe9\\U0001f680"


def test_a_terminal_has_one_line_of_progress_that_goes_away() -> None:
    screen = Screen()
    line = ProgressLine(screen)
    line.show(0.5, "500 files")
    line.show(None, "\x1b[2J")
    line.end()
    drawn = screen.getvalue().split("\r\x1b[K")
    assert drawn == ["", "[##########----------] 500 files", "\\x1b[2J", ""]


def test_a_line_of_progress_is_no_longer_than_the_terminal_is_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    ProgressLine(screen).show(0.5, "x" * 100)
    assert len(screen.getvalue()) - len("\r\x1b[K") == 39


def test_where_no_terminal_is_lines_of_progress_are_few_and_plain() -> None:
    written = io.StringIO()
    line = ProgressLine(written)
    for number in range(100):
        line.show(number / 100, f"{number} files")
    line.say("All is in.")
    line.end()
    assert written.getvalue().splitlines() == ["0 % 0 files", "All is in."]
