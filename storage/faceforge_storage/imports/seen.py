"""What was seen before among a million things, in a few megabytes: sizes roughly, hashes exactly."""

from __future__ import annotations

from array import array

BITS = 2**24
FIRST_SLOTS = 2**12
EMPTY = 0


class SizeSketch:
    """Which sizes came more than once. May take a size for repeated that is not, never the other way round."""

    def __init__(self) -> None:
        self._once, self._again = bytearray(BITS // 8), bytearray(BITS // 8)

    def add(self, size: int) -> None:
        place, bit = _place(size)
        if self._once[place] & bit:
            self._again[place] |= bit
        else:
            self._once[place] |= bit

    def repeated(self, size: int) -> bool:
        place, bit = _place(size)
        return bool(self._again[place] & bit)


def _place(size: int) -> tuple[int, int]:
    spread = (size * 0x9E3779B97F4A7C15 >> 20) % BITS
    return spread >> 3, 1 << (spread & 7)


class SeenHashes:
    """A set of SHA-256 that keeps their first 64 bits only, eight to sixteen bytes each."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * FIRST_SLOTS))
        self._count = 0

    def add(self, sha256: str) -> bool:
        """Remember a hash in hex; answers whether it was there before."""
        number = int(sha256[:16], 16) or 1
        place = self._find(number)
        if self._slots[place] == number:
            return True
        self._slots[place] = number
        self._count += 1
        if self._count * 4 > len(self._slots) * 3:
            self._grow()
        return False

    def _find(self, number: int) -> int:
        place = number % len(self._slots)
        while self._slots[place] not in (EMPTY, number):
            place = (place + 1) % len(self._slots)
        return place

    def _grow(self) -> None:
        held = self._slots
        self._slots = array("Q", bytes(16 * len(held)))
        for number in held:
            if number != EMPTY:
                self._slots[self._find(number)] = number
