"""Partial dates: what people type, what Core calls it, and how it is said."""

from __future__ import annotations

from datetime import date

import pytest

from faceforge_ui.forms import partial_dates


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", None),
        ("  ", None),
        ("2015", "2015"),
        ("980", "0980"),
        ("2015-05", "2015-05"),
        ("2015-5", "2015-05"),
        ("2015/5/7", "2015-05-07"),
        ("5/2015", "2015-05"),
        ("31.5.2015", "2015-05-31"),
        ("May 2015", "2015-05"),
        ("sept 2015", "2015-09"),
        ("31 May 2015", "2015-05-31"),
        ("May 31, 2015", "2015-05-31"),
        ("1st of", ValueError),
        ("2015-13", ValueError),
        ("30 February 2015", ValueError),
        ("ju 2015", ValueError),
        ("jun 0000", ValueError),
        ("5/6/2015", ValueError),  # the fifth of June, or the sixth of May
        ("<b>2015</b>", ValueError),
    ],
)
def test_what_people_type_becomes_a_partial_date(typed, stored):
    if stored is ValueError:
        with pytest.raises(ValueError, match="such as 2015, May 2015 or 31 May 2015"):
            partial_dates.read(typed)
    else:
        assert partial_dates.read(typed) == stored


def test_today_is_a_date():
    assert partial_dates.read("today") == date.today().isoformat()


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, ""),
        ("2015", None, "from 2015 until now"),
        ("9000", None, "from 9000"),
        (None, "2016-04", "until April 2016"),
        ("2014", "2016", "2014 to 2016"),
        ("2015", "2015", "in 2015"),
        ("2015-05-31", "2015-05-31", "on 31 May 2015"),
        ("0980", "1030-02", "980 to February 1030"),
    ],
)
def test_a_span_is_said_in_words(first, last, words):
    assert partial_dates.span(first, last) == words


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("2015", date(2015, 1, 1), date(2015, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2016-12", date(2016, 12, 1), date(2016, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
        ("2016-02-03", date(2016, 2, 3), date(2016, 2, 3)),
    ],
)
def test_a_partial_date_is_a_span_of_days(partial, first, last):
    assert partial_dates.first_day(partial) == first.toordinal()
    assert partial_dates.last_day(partial) == last.toordinal()
