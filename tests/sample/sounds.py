"""Sounds as real files: a voice that hums syllables, a bell, a sea; as WAV and as FLAC."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
from array import array
from collections.abc import Iterator
from random import Random

RATE = 16_000
FULL = 32_767
VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (390, 1990, 2550), (570, 840, 2410), (440, 1020, 2240))
"""The frequencies in Hz that a mouth lets through for a, e, i, o and u."""
HARMONICS = 10
BLOCK = 4096
"""Samples in one frame of FLAC."""


def voice(seconds: float, pitch: float, dice: Random) -> array[int]:
    """A voice of `pitch` Hz that says syllables of no language; mono, 16 bits."""
    samples = array("h", bytes(2 * int(seconds * RATE)))
    at = int(0.15 * RATE)
    while at < len(samples) - RATE // 4:
        length = min(int(dice.uniform(0.16, 0.42) * RATE), len(samples) - at)
        _syllable(samples, at, length, pitch * dice.uniform(0.88, 1.16), dice)
        at += length + int(dice.choice((0.02, 0.04, 0.05, 0.3)) * RATE)
    return samples


def _syllable(samples: array[int], at: int, length: int, pitch: float, dice: Random) -> None:
    vowel, fall = dice.choice(VOWELS), dice.uniform(-0.14, 0.08)
    loud = [
        sum(math.exp(-(((pitch * number - peak) / 160) ** 2)) for peak in vowel) / number**0.5
        + 0.25 / number**1.3
        for number in range(1, HARMONICS + 1)
    ]
    whole = sum(loud)
    strength = dice.uniform(0.45, 0.8) * FULL / whole
    turn = 0.0
    for step in range(length):
        share = step / length
        turn += math.tau * pitch * (1 + fall * share + 0.006 * math.sin(step * 0.0015)) / RATE
        swell = min(1.0, share * 9) * min(1.0, (1 - share) * 5)
        level = sum(each * math.sin(turn * number) for number, each in enumerate(loud, 1))
        samples[at + step] = int(level * swell * strength * 0.8)


def bell(seconds: float, pitch: float, dice: Random) -> array[int]:
    """A bell that is struck, and dies away."""
    partials = [(0.5, 0.5, 0.9), (1.0, 1.0, 1.4), (1.19, 0.6, 1.9), (2.0, 0.5, 2.6), (2.74, 0.3, 3.6)]
    turns = [(dice.uniform(0, math.tau), pitch * often, loud, fade) for often, loud, fade in partials]
    samples = array("h")
    for step in range(int(seconds * RATE)):
        now = step / RATE % 4.0
        level = sum(
            loud * math.exp(-fade * now) * math.sin(at + math.tau * often * now)
            for at, often, loud, fade in turns
        )
        samples.append(int(level * min(1.0, now * 200) * 0.3 * FULL))
    return samples


def sea(seconds: float, _pitch: float, dice: Random) -> array[int]:
    """Waves on a beach: noise that swells."""
    samples, low = array("h"), 0.0
    for step in range(int(seconds * RATE)):
        low += (dice.uniform(-1, 1) - low) * 0.16
        swell = 0.25 + 0.75 * (0.5 + 0.5 * math.sin(step / RATE * 1.1)) ** 2
        samples.append(int(low * swell * 0.9 * FULL))
    return samples


SOUNDS = {"voice": voice, "bell": bell, "sea": sea}


def as_wav(samples: array[int]) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_little(samples))
    return written.getvalue()


def as_flac(samples: array[int], tags: dict[str, str]) -> bytes:
    """FLAC (RFC 9639) with each frame kept as it is: the format allows that, and it needs no search for a shape."""
    head = struct.pack(">HH", BLOCK, BLOCK) + bytes(6)
    # the rate in 20 bits, one channel, 16 bits a sample, and how many there are in 36
    packed = RATE << 44 | 0 << 41 | 15 << 36 | len(samples)
    head += packed.to_bytes(8, "big") + hashlib.md5(_little(samples), usedforsecurity=False).digest()
    comments = [f"{name}={text}".encode() for name, text in tags.items()]
    said = b"".join(struct.pack("<I", len(each)) + each for each in (b"FaceForge",))
    said += struct.pack("<I", len(comments)) + b"".join(
        struct.pack("<I", len(each)) + each for each in comments
    )
    blocks = b"\x00" + len(head).to_bytes(3, "big") + head + b"\x84" + len(said).to_bytes(3, "big") + said
    return b"fLaC" + blocks + b"".join(_frames(samples))


def _frames(samples: array[int]) -> Iterator[bytes]:
    for number, start in enumerate(range(0, len(samples), BLOCK)):
        part = array("h", samples[start : start + BLOCK])
        count = len(part)
        part.byteswap()
        # sync code; 16-bit size of the block and the rate of the head; mono, 16 bits a sample
        head = b"\xff\xf8\x70\x08" + _number(number) + struct.pack(">H", count - 1)
        frame = head + bytes((_check(head, 8, 0x07),)) + b"\x02" + part.tobytes()
        yield frame + _check(frame, 16, 0x8005).to_bytes(2, "big")


def _number(number: int) -> bytes:
    """As FLAC writes the number of a frame, which is as UTF-8 writes a character."""
    return chr(number).encode()


def _check(data: bytes, bits: int, polynomial: int) -> int:
    """The cyclic redundancy check of FLAC."""
    table, mask = _table(bits, polynomial), (1 << bits) - 1
    found = 0
    for byte in data:
        found = (found << 8 & mask) ^ table[(found >> bits - 8) ^ byte]
    return found


def _table(bits: int, polynomial: int) -> list[int]:
    top, mask, table = 1 << bits - 1, (1 << bits) - 1, []
    for byte in range(256):
        found = byte << bits - 8
        for _ in range(8):
            found = (found << 1 ^ polynomial if found & top else found << 1) & mask
        table.append(found)
    return table


def _little(samples: array[int]) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)
