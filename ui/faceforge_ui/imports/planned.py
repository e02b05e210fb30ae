"""The plan of an import as its page shows it: numbers, who gets the files, what to decide, and one sentence for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faceforge_ui.imports.wish import Wish
from faceforge_ui.serving.words import bytes as size
from faceforge_ui.serving.words import plural

GROWING = "It is still being written; look again later."
RULES = {
    "folder": "folder names",
    "sidecar": "sidecars",
    "external_id": "external ids",
    "given": "your choice",
}
"""By what rule an entity gets files -> words."""


@dataclass(frozen=True)
class Owner:
    """Who gets files, and by what."""

    name: str
    id: str
    picture: str
    source: str
    word: str
    kind: str
    files: int
    bytes: int


@dataclass(frozen=True)
class Question:
    """What has to be decided for some files, and the ways to decide it."""

    decision: str
    text: str
    files: int
    example: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Problem:
    """A file that cannot be brought in, and why."""

    file: str
    words: str


@dataclass(frozen=True)
class Plan:
    """All that the page shows of a plan."""

    found: int
    new: int
    here: int
    undecided: int
    unread: int
    growing: int
    links: int
    size: str
    new_size: str
    owners: Sequence[Owner]
    more_owners: int
    whence: str
    decisions: Sequence[Question]
    problems: Sequence[Problem]
    more_problems: int
    list: str
    """The address of the whole plan."""
    sentence: str
    promise: str
    does: bool
    """Whether there is anything to start."""


def described(wish: Wish) -> str:
    """How a folder is brought in, in a line: `with sub-folders · copied`."""
    parts = ["with sub-folders" if wish.recursive else "without sub-folders"]
    parts += ["hidden files too"] if wish.hidden else []
    parts += [f"only {', '.join(wish.include)}"] if wish.include else []
    parts += [f"without {', '.join(wish.exclude)}"] if wish.exclude else []
    return " · ".join([*parts, "to be moved" if wish.mode == "move" else "to be copied"])


def unread_in(output: Mapping[str, Any]) -> int:
    """How many files of a plan cannot be read, or not yet."""
    total = output["plan"]
    return int(total["unreadable"] + total["growing"])


def plan_of(
    output: Mapping[str, Any],
    wish: Wish,
    pictures: Mapping[str, str],
    problems: Sequence[Mapping[str, Any]],
    decided: Mapping[str, str],
) -> Plan:
    """The plan that a job has made; `pictures` by the id of an entity, `problems` are the first of its files that
    cannot be read, `decided` is what was chosen so far."""
    total = output["plan"]
    unread = unread_in(output)
    does = bool(total["new"] or (total["here"] and total["links"]) or total["undecided"])
    return Plan(
        found=total["found"],
        new=total["new"],
        here=total["here"],
        undecided=total["undecided"],
        unread=unread,
        growing=total["growing"],
        links=total["links"],
        size=size(total["bytes"]),
        new_size=size(total["new_bytes"]) if total["new"] else "",
        owners=[*_owners(output, pictures)],
        more_owners=max(0, total["entities"] - len(_owners(output, pictures))),
        whence=_whence(output),
        decisions=[_question(each, decided) for each in output["decisions"]],
        problems=[Problem(each["file"], each.get("message") or GROWING) for each in problems],
        more_problems=max(0, unread - len(problems)),
        list=f"/v1/assets/{output['plan_asset_id']}/download" if output.get("plan_asset_id") else "",
        sentence=sentence(total, wish.mode),
        promise=PROMISES[wish.mode],
        does=does,
    )


PROMISES = {
    "copy": "Your folder stays as it is. What changes in it meanwhile is left out, and told.",
    "move": "A file leaves your folder once it is kept here and was read back. What changes meanwhile is left alone.",
}


def sentence(total: Mapping[str, int], mode: str) -> str:
    """What will happen: `Copy 3,874 files (61.2 GB), link 4,186, create 2 entities`."""
    parts = []
    if total["new"]:
        parts.append(f"{mode} {plural(total['new'], 'file')} ({size(total['new_bytes'])})")
    if total["links"]:
        parts.append(f"link {total['links']:,}" if parts else f"link {plural(total['links'], 'file')}")
    if total["creates"]:
        parts.append(f"create {plural(total['creates'], 'entity', 'entities')}")
    if not parts:
        left = "nothing but what you decide" if total["undecided"] else "nothing: all of it is here already"
        return f"{'Bring in' if total['undecided'] else 'Do'} {left}"
    text = ", ".join(parts)
    return text[0].upper() + text[1:]


def _owners(output: Mapping[str, Any], pictures: Mapping[str, str]) -> list[Owner]:
    return [
        Owner(
            name=each["name"],
            id=each["entity_id"] or "",
            picture=pictures.get(each["entity_id"] or "", ""),
            source=each.get("source") or "",
            word="exists" if each["entity_id"] else "will be created",
            kind="good" if each["entity_id"] else "info",
            files=each["files"],
            bytes=each["bytes"],
        )
        for each in output["entities"]
        if each["files"]  # the others are answers to a question
    ]


def _whence(output: Mapping[str, Any]) -> str:
    rules = {each["rule"] for each in output["entities"] if each["files"]}
    words = [words for rule, words in RULES.items() if rule in rules]
    return f"from {' and '.join(words)}" if words else ""


def _question(decision: Mapping[str, Any], decided: Mapping[str, str]) -> Question:
    key = decision["decision"]
    return Question(
        decision=key,
        text=decision["text"],
        files=decision["files"],
        example=decision.get("example") or "",
        options=tuple((each["value"], each["label"]) for each in decision["options"]),
        chosen=decided.get(key, decision["default"]),
    )
