"""What is said about the cast: fields, facts over time, relations; and the words of their papers."""

from __future__ import annotations

from typing import Any

FIELDS: tuple[dict[str, Any], ...] = (
    {"field_key": "full_name", "field_type": "string", "label": "Full name", "scope": "both", "max": 200},
    {"field_key": "species", "field_type": "enum", "label": "Species",
     "options": ["Human", "Spirit", "Machine", "Cat", "Heron", "Owl"], "indexed": True},
    {"field_key": "pronouns", "field_type": "enum", "label": "Pronouns",
     "options": ["she/her", "he/him", "they/them", "it/its"]},
    {"field_key": "born", "field_type": "date", "label": "Birthday"},
    {"field_key": "height", "field_type": "number", "label": "Height", "unit": "cm", "min": 20, "max": 320,
     "scope": "both", "indexed": True},
    {"field_key": "eye_colour", "field_type": "enum", "label": "Eye colour",
     "options": ["Amber", "Brown", "Green", "Blue", "Grey"]},
    {"field_key": "hair_colour", "field_type": "string", "label": "Hair colour", "scope": "both", "max": 40},
    {"field_key": "occupation", "field_type": "string", "label": "Occupation", "scope": "both", "max": 80},
    {"field_key": "home", "field_type": "string", "label": "Home", "scope": "both", "max": 120},
    {"field_key": "languages", "field_type": "string", "label": "Languages", "multiple": True},
    {"field_key": "left_handed", "field_type": "boolean", "label": "Left-handed"},
    {"field_key": "first_chapter", "field_type": "integer", "label": "First seen in chapter", "min": 1, "max": 99},
    {"field_key": "voice_actor", "field_type": "entity_ref", "label": "Voice actor", "scope": "both"},
    {"field_key": "reference_sheet", "field_type": "asset_ref", "label": "Reference sheet"},
    {"field_key": "website", "field_type": "url", "label": "Website"},
    {"field_key": "notes", "field_type": "text", "label": "Notes for artists",
     "description": "What somebody who draws them has to know."},
    {"field_key": "measurements", "field_type": "json", "label": "Measurements"},
    {"field_key": "last_seen", "field_type": "datetime", "label": "Last seen"},
    {"field_key": "guild_rank", "field_type": "string", "label": "Rank in the guild", "deprecated": True,
     "description": "Occupation says it now."},
)  # fmt: skip

Fact = tuple[str, str, Any, str | None, str | None, dict[str, Any]]
"""Of whom, field, value, from, until, and the rest."""

FACTS: tuple[Fact, ...] = (
    (
        "mira",
        "full_name",
        "Mirabel Lindqvist",
        "2001-04-17",
        "2016-05",
        {"source": "Harbour register", "confidence": 1},
    ),
    (
        "mira",
        "full_name",
        "Mirabel Adaeze Okonkwo-Lindqvist",
        "2016-05",
        None,
        {"source": "Harbour register", "confidence": 1},
    ),
    ("mira", "hair_colour", "Black", "2001", "2015", {"source": "Chapter 1", "confidence": 0.9}),
    (
        "mira",
        "hair_colour",
        "Silver",
        "2015",
        None,
        {
            "source": "Chapter 7",
            "confidence": 0.6,
            "note": "Turned in one night; nobody agrees on which.",
            "evidence": "picture",
        },
    ),
    ("mira", "height", 148, "2012-06", "2014", {"source": "Mark on the door frame"}),
    ("mira", "height", 163, "2014", "2018-03", {"source": "Guild papers", "confidence": 0.8}),
    (
        "mira",
        "height",
        171,
        "2018-03",
        None,
        {"source": "Guild papers", "confidence": 1, "evidence": "paper"},
    ),
    ("mira", "home", "Lower harbour", "2001", "2021-09", {"source": "Chapter 2"}),
    ("mira", "home", "The Ninth Lantern", "2021-09", None, {"source": "Chapter 11", "confidence": 1}),
    (
        "mira",
        "home",
        "Rafe's boat",
        "2023-02",
        "2023-05",
        {"source": "A letter", "confidence": 0.3, "note": "Rafe says so."},
    ),
    ("mira", "occupation", "Apprentice", "2013-09", "2016-05", {"source": "Guild papers", "confidence": 1}),
    ("mira", "occupation", "Lamplighter", "2016-05", None, {"source": "Guild papers", "confidence": 1}),
    ("mira", "voice_actor", "@nadia", "2019", "2022", {"source": "Contract"}),
    (
        "mira",
        "voice_actor",
        "@marguerite",
        "2022-05",
        None,
        {"source": "Contract", "confidence": 1, "evidence": "sound"},
    ),
    ("tarn", "home", "The coast", None, "2008", {"source": "Chapter 2", "confidence": 0.5}),
    ("tarn", "home", "The pine road", "2008", None, {"source": "Chapter 2"}),
    ("tarn", "hair_colour", "Copper", "1989", None, {"source": "Chapter 2", "evidence": "picture"}),
    ("tarn", "occupation", "Deserter", "2007", "2009-04", {"source": "Rumour", "confidence": 0.2}),
    ("tarn", "occupation", "Ranger", "2009-04", None, {"source": "Chapter 3", "confidence": 1}),
    ("ysolde", "occupation", "Bell diver", "1992", "2004", {"source": "Guild papers"}),
    (
        "ysolde",
        "occupation",
        "Captain of the guild",
        "2004",
        None,
        {"source": "Guild papers", "confidence": 1},
    ),
    ("ysolde", "voice_actor", "@layla", "2020-01", None, {"source": "Contract", "evidence": "sound"}),
    ("juno", "home", "A different roof each night", "2015", None, {"source": "Juno", "confidence": 0.7}),
    ("juno", "height", 159, "2021", None, {"source": "Measured by Mira"}),
    ("cobalt", "occupation", "Dredger", "1951", "1988", {"source": "Plate on the back"}),
    ("cobalt", "occupation", "Bell ringer", "1988", None, {"source": "Chapter 9", "confidence": 1}),
    ("salt", "home", "The rope walk", "1938", None, {"source": "Everybody"}),
    ("heron", "home", "The salt marsh", None, None, {"source": "Chapter 5", "evidence": "picture"}),
    ("odalys", "occupation", "Singer", "2011", None, {"source": "Posters"}),
)

Relation = tuple[str, str, str, dict[str, Any]]

RELATIONS: tuple[Relation, ...] = (
    ("tarn", "mira", "mentor", {"valid_from": "2019", "source": "Chapter 6", "confidence": 1}),
    ("mira", "ferryman", "child", {"source": "Chapter 12", "confidence": 0.7}),
    (
        "mira",
        "ysolde",
        "subordinate",
        {"valid_from": "2014", "valid_to": "2016-05", "source": "Guild papers"},
    ),
    ("mira", "layla", "friend", {}),
    ("mira", "juno", "friend", {"valid_from": "2020-03"}),
    ("salt", "mira", "grandparent", {"confidence": 0.4, "source": "Rumour"}),
    ("mira", "sable", "keeper", {"valid_from": "2022"}),
    ("nadia", "mira", "voice", {"valid_from": "2019", "valid_to": "2022"}),
    ("marguerite", "mira", "voice", {"valid_from": "2022-05"}),
    ("layla", "ysolde", "voice", {"valid_from": "2020"}),
    ("ysolde", "ash", "manager", {"valid_from": "2018"}),
    ("auberon", "ysolde", "rival", {"source": "Chapter 4"}),
    ("ivo", "ferryman", "child", {}),
    ("ivo", "mira", "sibling", {"confidence": 0.6}),
    ("emeka", "zuri", "mentor", {"valid_from": "2015"}),
    ("idris", "tarn", "coworker", {"valid_from": "2012"}),
    ("cobalt", "ysolde", "subordinate", {"valid_from": "1999"}),
    ("wren", "heron", "friend", {}),
    ("pim", "hollis", "student", {"valid_from": "2024"}),
    ("anna", "teodora", "partner", {"valid_from": "2017-06"}),
    ("odalys", "marguerite", "friend", {}),
    ("salt", "hollis", "parent", {}),
    ("lux", "wren", "sibling", {}),
    ("tobias", "sable", "friend", {"source": "Observed on the quay"}),
    ("rafe", "noa", "spouse", {"valid_from": "2016", "valid_to": "2021"}),
    ("quill", "auberon", "coworker", {}),
)

TRANSCRIPT = """Take two. Nobody speaks before the bell.

{name}: There were nine lanterns once. I have seen eight of them lit.
VOICE: And the ninth?
{name}: (laughs) The ninth lights itself.

Pause, the sea. Then again from the top, slower."""

NOTES = """The lower harbour has nine lanterns. Eight of them are lit each evening by hand, the ninth has been seen
burning with nobody near it. The guild keeps a book of every lamp, how much oil it took, and who was on the
ladder.

Mira carries the pole with her left hand. Her coat is short, because the ladders are steep; her collar is
high, because the wind is. The brass on the pole is worn bright at two places, a hand apart.

In the first arc her hair is black. After the night of the drowned bells it is silver, and people in the
story argue about it. Draw it silver from chapter seven on.

The captain never looks up to anybody. If the two share a picture, put the captain on the stairs."""

RELATION_TYPES: tuple[dict[str, Any], ...] = (
    {"name": "voice", "inverse": "character", "label": "Voice"},
    {"name": "keeper", "inverse": "pet", "label": "Keeper"},
    {"name": "rival", "symmetric": True, "label": "Rival"},
    {"name": "grandparent", "inverse": "grandchild", "label": "Grandparent"},
)
