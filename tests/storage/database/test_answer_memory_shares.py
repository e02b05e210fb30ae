"""What all answers under way hold: no client has all of it, and what is given back is there again."""

from __future__ import annotations

import pytest

from faceforge_storage.database.read_budget import FREE_BYTES, AnswerMemory, ReadBudget
from faceforge_storage.errors import AnswerTooLarge, Overloaded
from faceforge_storage.home.settings import Limits

MIB = 2**20
LIMITS = Limits(answer_bytes=4 * MIB, answers_bytes=32 * MIB)


def holding(memory: AnswerMemory, client: str, size: int = 3 * MIB, limits: Limits = LIMITS) -> ReadBudget:
    budget = ReadBudget(limits, memory, client)
    budget.hold(size)
    return budget


def fill(memory: AnswerMemory, client: str) -> list[ReadBudget]:
    """All that a client gets."""
    budgets: list[ReadBudget] = []
    while len(budgets) < 100:
        try:
            budgets.append(holding(memory, client))
        except Overloaded:
            return budgets
    raise AssertionError("there is no end")


def test_one_client_leaves_half_to_the_others() -> None:
    memory = AnswerMemory(LIMITS)
    ada, bob = fill(memory, "ada"), fill(memory, "bob")
    assert len(ada) == len(bob) == 5
    with pytest.raises(Overloaded, match="for all"):
        holding(memory, "eve")
    holding(memory, "eve", FREE_BYTES)  # a small answer always finds room
    ada.pop().release()
    holding(memory, "eve")


def test_what_is_given_back_is_there_again() -> None:
    memory = AnswerMemory(LIMITS)
    for _ in range(3):
        for budget in fill(memory, "ada"):
            budget.encoded(1 * MIB)
            budget.renew()
            budget.hold(2 * MIB)
            budget.release()
            budget.release()


def test_the_largest_answer_fits_into_the_half_of_one_client() -> None:
    limits = LIMITS.model_copy(update={"answers_bytes": 5 * MIB})
    memory = AnswerMemory(limits)
    held = holding(memory, "ada", 4 * MIB, limits)
    with pytest.raises(Overloaded):
        holding(memory, "ada", 1 * MIB, limits)
    held.release()
    with pytest.raises(AnswerTooLarge):
        holding(memory, "ada", 4 * MIB + 1, limits)
