"""What a field definition asks of a person, how a sent form becomes values, and what is said when one does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from faceforge_storage.errors import FaceForgeError, Fault, InvalidInput
from faceforge_ui.forms import dates
from faceforge_ui.forms.faults import plain_words
from faceforge_ui.forms.fields import FormField
from faceforge_ui.forms.reading import read_value, read_values


def field(kind: str, **more: Any) -> FormField:
    return FormField.of({"fieldKey": "height", "fieldType": kind, **more})


HEIGHT = field("NUMBER", min=20, max=320, unit="cm")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (HEIGHT, "Height is a number between 20 and 320, such as 170."),
        (field("INTEGER", min=0), "Height is a whole number of at least 0, such as 0."),
        (field("INTEGER"), "Height is a whole number, such as 12."),
        (field("STRING", min=2, max=8), "Height is a text with between 2 and 8 characters."),
        (field("STRING", max=8), "Height is a text with at most 8 characters."),
        (field("STRING", regex="^A"), "Height is a text that fits ^A."),
        (field("ENUM", options=["red", "green", "blue"]), "Height is one of red, green or blue."),
        (field("ENUM", options=["red"], multiple=True), "Each value of Height is one of red."),
        (field("BOOLEAN"), "Height is yes or no."),
        (field("DATE"), "Height is a day, such as 1990-05-31."),
        (field("URL", label="Homepage"), "Homepage is an address that begins with https:// or http://."),
    ],
)
def test_a_field_says_in_words_what_may_be_written(asked: FormField, sentence: str) -> None:
    assert asked.sentence == sentence


@pytest.mark.parametrize(
    ("asked", "written", "value"),
    [
        (HEIGHT, ["171"], 171),
        (HEIGHT, [" 171 cm "], 171),
        (HEIGHT, ["171,5"], 171.5),
        (HEIGHT, ["1,234"], 1234),
        (HEIGHT, ["12 846"], 12846),
        (field("INTEGER"), ["9223372036854775807"], 9223372036854775807),
        (field("INTEGER"), ["5.0"], 5),
        (field("BOOLEAN"), ["false"], False),
        (field("BOOLEAN"), ["Yes"], True),
        (field("STRING"), ["  ميرا  "], "ميرا"),
        (field("TEXT"), ["one\r\n two\r\n"], "one\n two"),
        (field("DATE"), ["31 May 1990"], "1990-05-31"),
        (field("DATETIME"), ["1990-05-31T18:30"], "1990-05-31T18:30:00Z"),
        (field("JSON"), ['{"left": [1, null]}'], {"left": [1, None]}),
        (field("NUMBER", multiple=True), ["1", "", "2.5"], [1, 2.5]),
        (field("ENUM", options=["a"], multiple=True), ["", "a"], ["a"]),
        (HEIGHT, ["", "  "], None),
        (HEIGHT, [], None),
    ],
)
def test_what_a_person_writes_becomes_the_value_that_is_meant(
    asked: FormField, written: list[str], value: Any
) -> None:
    assert read_value(asked, {"height": written}) == value
    assert type(read_value(asked, {"height": written})) is type(value)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        (HEIGHT, "tall"),
        (HEIGHT, "nan"),
        (HEIGHT, "1e999"),
        (field("INTEGER"), "1.5"),
        (field("BOOLEAN"), "perhaps"),
        (field("DATE"), "1990"),
        (field("DATE"), "1990-02-31"),
        (field("DATETIME"), "tomorrow"),
        (field("JSON"), "{"),
        (field("JSON"), "NaN"),
        (field("JSON"), "[" * 100_000),
    ],
)
def test_what_does_not_fit_is_told_at_its_control_in_words(asked: FormField, written: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_value(asked, {"value": [written]}, "value")
    assert [(each.pointer, each.message) for each in raised.value.errors] == [("/value", asked.sentence)]


def test_all_that_is_wrong_with_a_form_is_told_at_once() -> None:
    weight = FormField.of({"fieldKey": "weight", "fieldType": "NUMBER"})
    absent = FormField.of({"fieldKey": "absent", "fieldType": "NUMBER"})
    with pytest.raises(InvalidInput) as raised:
        read_values([HEIGHT, weight, absent], {"height": ["tall"], "weight": ["heavy"]})
    assert [each.pointer for each in raised.value.errors] == ["/height", "/weight"]
    assert read_values([HEIGHT, absent], {"height": [""]}) == {"height": None}


@pytest.mark.parametrize(
    ("asked", "value", "texts", "shown"),
    [
        (HEIGHT, 171.0, ["171"], "171"),
        (HEIGHT, 12846, ["12846"], "12,846"),
        (field("BOOLEAN"), True, ["true"], "Yes"),
        (field("DATE"), "1990-05-31", ["1990-05-31"], "31 May 1990"),
        (field("DATETIME"), "1990-05-31T18:30:00Z", ["1990-05-31T18:30"], "31 May 1990, 18:30 UTC"),
        (field("STRING"), ["now", "wrong"], ['[\n  "now",\n  "wrong"\n]'], '[\n  "now",\n  "wrong"\n]'),
        (field("STRING"), None, [], ""),
    ],
)
def test_a_value_stands_in_its_control_and_on_the_page_as_people_write_it(
    asked: FormField, value: Any, texts: list[str], shown: str
) -> None:
    assert asked.texts(value) == texts
    if value is not None:
        assert asked.shown(value) == shown


def test_what_was_sent_stands_in_the_control_again() -> None:
    assert HEIGHT.texts(171, "tall") == ["tall"]
    assert HEIGHT.texts(171, ["tall"]) == ["tall"]


@pytest.mark.parametrize(
    ("value", "kind", "multiple"),
    [
        (True, "boolean", False),
        (1.5, "number", False),
        ("short", "string", False),
        ("two\nlines", "text", False),
        (["a", "b"], "string", True),
        ([1], "json", False),
        ({}, "json", False),
        (None, "string", False),
    ],
)
def test_a_value_without_a_definition_gets_the_control_that_can_hold_it(
    value: Any, kind: str, multiple: bool
) -> None:
    found = FormField.undeclared("eye_colour", value)
    assert (found.kind, found.multiple, found.label) == (kind, multiple, "Eye colour")


@pytest.mark.parametrize(
    ("written", "partial"),
    [
        ("2015", "2015"),
        ("2015-5", "2015-05"),
        ("2015-05-31", "2015-05-31"),
        ("May 2015", "2015-05"),
        ("31 Dec. 2015", "2015-12-31"),
        ("", None),
    ],
)
def test_a_partial_date_is_read_as_people_write_it(written: str, partial: str | None) -> None:
    assert dates.read_date(written, "valid_from", "From") == partial


@pytest.mark.parametrize("written", ["15", "2015-13", "31 2015", "Mayhem 2015", "soon"])
def test_no_date_is_told_with_examples(written: str) -> None:
    with pytest.raises(InvalidInput, match="From is a year, a month or a day, such as 2015"):
        dates.read_date(written, "valid_from", "From")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "told"),
    [
        ("2019", None, "since 2019"),
        (None, "2016-05", "until May 2016"),
        ("2014", "2016-05-31", "2014 to 31 May 2016"),
        ("2014", "2014", "2014"),
        (None, None, ""),
    ],
)
def test_a_span_is_told_in_words(valid_from: str | None, valid_to: str | None, told: str) -> None:
    assert dates.span(valid_from, valid_to) == told


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("/fields/height", "'tall' is not of type 'number'", "type"), HEIGHT.sentence),
        (Fault("/fields/height/0", "5 is less than 20", "minimum"), HEIGHT.sentence),
        (
            Fault("/fields/height", "is required", "required"),
            "Height is needed: a number between 20 and 320.",
        ),
        (Fault("/fields/height", "is taken", "field_value_taken"), "Another entity has this Height already."),
    ],
)
def test_faults_of_the_schema_are_told_as_the_form_would(fault: Fault, message: str) -> None:
    other = Fault("/tags", "too many", "maxItems")
    with pytest.raises(InvalidInput) as raised, plain_words({"/fields/height": HEIGHT}):
        raise InvalidInput("fields: wrong.", errors=(fault, other))
    assert [each.pointer for each in raised.value.errors] == ["/fields/height", "/tags"]
    assert raised.value.errors[0].message == raised.value.detail == message


def test_an_error_without_faults_stays_as_it_is() -> None:
    with (
        pytest.raises(FaceForgeError, match="Core is busy") as raised,
        plain_words({"/fields/height": HEIGHT}),
    ):
        raise FaceForgeError("Core is busy.")
    assert raised.value.errors == ()
