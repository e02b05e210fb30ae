"""The plain name of a file: what `curl -OJ` saves, harmless on every system, and not the name of another file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceforge_server.files.plain_names import LONGEST, LONGEST_UTF8, plain_name, shortened

HASH = "ab12cd34" + "0" * 56
PLAIN = re.compile(r"[A-Za-z0-9 !#$&+.^_`{}~()@,;=\[\]'-]+")
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d) *(\.|$)")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a b.png", "a b.png"),
        ("_meta.json", "_meta.json"),
        ("___.png", "___.png"),
        ("a .tar.gz", "a .tar.gz"),
        ("Zoë Ñandú 1.png", "Zoe Nandu 1.png"),
        ("Straße Łódź Ørsted.jpg", "Strasse Lodz Orsted.jpg"),
        ("Müller – «x».pdf", "Muller - 'x'.pdf"),
        ("ａｂｃ／ｄ.png", "abc_d.png"),
        ('say "hi" 100%.txt', "say _hi_ 100_.txt"),
        ("a:b|c*d?.txt", "a_b_c_d_.txt"),
        ("写真.png", "file-ab12cd34.png"),
        ("写真 2024 夏.png", "2024-ab12cd34.png"),
        ("日本.tar.gz", "file-ab12cd34.tar.gz"),
        ("שלום עולם.txt", "file-ab12cd34.txt"),
        ("Жизнь", "file-ab12cd34"),
        ("😀 party.png", "party-ab12cd34.png"),
        ("a\u202egnp.exe", "a_gnp-ab12cd34.exe"),
        ("CON.txt", "_CON.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("nul", "_nul"),
        ("console.log", "console.log"),
        (".hidden", "hidden"),
        ("trailing. .", "trailing"),
        ("…", "file-ab12cd34"),
        ("ä" * 126 + ".png", "a" * 126 + ".png"),
        ("x" * 300 + ".jpeg", "x" * 186 + "-ab12cd34.jpeg"),
    ],
)
def test_a_plain_name(name: str, plain: str) -> None:
    assert plain_name(name, HASH) == plain


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=400))
def test_every_name_becomes_one_that_any_system_takes(name: str) -> None:
    plain = plain_name(name, HASH)
    assert PLAIN.fullmatch(plain)
    assert len(plain) <= LONGEST
    assert not DEVICE.match(plain)
    assert plain == plain.strip(" .")
    assert len(shortened(name).encode()) <= LONGEST_UTF8


@given(st.text("写真é a", min_size=1, max_size=20))
def test_names_that_lose_letters_are_told_apart_by_the_bytes(name: str) -> None:
    if {"写", "真"} & set(name):
        assert plain_name(f"{name}.png", HASH) != plain_name(f"{name}.png", "f" * 64)


def test_a_name_that_fits_is_left_and_one_that_does_not_keeps_its_extension() -> None:
    assert shortened("ä" * 118 + ".png") == "ä" * 118 + ".png"
    assert shortened("写" * 100 + ".png") == "写" * 78 + ".png"
