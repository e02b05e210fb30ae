"""The time line of facts: lanes, rows, what is disputed, what holds at a date."""

from __future__ import annotations

from datetime import date

import pytest

from faceforge_ui.entity.descriptors.days import first_day, last_day
from faceforge_ui.entity.descriptors.lanes import time_line

THIS_YEAR = date.today().year


def fact(value, since=None, until=None, key="hair"):
    return {"fieldKey": key, "value": value, "validFrom": since, "validTo": until}


def lane(*facts, multiple=()):
    return time_line(facts, multiple, "2015").lanes[0]


def disputes(*facts, multiple=()):
    return [bar.fact["value"] for bar in lane(*facts, multiple=multiple).bars if bar.disputed]


def test_each_key_has_a_lane_in_the_order_given():
    lanes = time_line([fact("a", key="x"), fact("b", key="x"), fact("c", key="y")], (), "2015").lanes
    assert [(lane.key, len(lane.bars), lane.colour) for lane in lanes] == [("x", 2, 0), ("y", 1, 1)]


def test_bars_of_a_lane_stand_in_the_order_of_their_days():
    bars = lane(fact("late", "2016"), fact("early", "2010", "2012"), fact("ever")).bars
    assert [bar.fact["value"] for bar in bars] == ["ever", "early", "late"]


def test_what_overlaps_lies_in_rows_above_each_other():
    found = lane(fact("a", "2010", "2014"), fact("b", "2012", "2020"), fact("c", "2016"))
    assert [(bar.fact["value"], bar.row) for bar in found.bars] == [("a", 0), ("b", 1), ("c", 0)]
    assert found.rows == 2


def test_other_values_at_the_same_time_are_disputed():
    assert disputes(fact("black", "2010", "2016"), fact("silver", "2015")) == ["black", "silver"]
    assert disputes(fact("black"), fact("silver")) == ["black", "silver"]
    assert disputes(fact("black", "2015", "2015"), fact("silver", "2015", "2015")) == ["black", "silver"]


def test_the_same_value_twice_is_not_disputed():
    assert disputes(fact("black", "2010", "2016"), fact("black", "2015")) == []


def test_a_key_that_may_have_several_values_is_not_disputed():
    assert disputes(fact("black"), fact("silver"), multiple=["hair"]) == []


def test_what_follows_in_the_year_that_both_name_is_not_disputed_and_shares_a_row():
    for until, since in (("2016", "2016"), ("2016", "2016-04"), ("2016-04", "2016")):
        found = lane(fact("Mirabel", "2008", until), fact("Mira", since))
        assert [bar.disputed for bar in found.bars] == [[], []]
        assert found.rows == 1


def test_a_year_leaves_open_when_in_it_and_a_day_does_not():
    vague, exact = lane(fact("a", "2015", "2016-05"), fact("b", "2017-05-31", "2018-01-01")).bars
    assert (vague.surely_from, vague.surely_until) == (
        date(2015, 12, 31).toordinal(),
        date(2016, 5, 1).toordinal(),
    )
    assert (exact.surely_from, exact.surely_until) == (None, None)


def test_a_fact_holds_when_its_span_and_the_date_meet():
    (bar,) = lane(fact("a", "2015-05", "2016")).bars
    held = {when: bar.holds(when) for when in ("2014", "2015", "2015-04", "2015-05", "2016-12-31", "2017")}
    assert [when for when, holds in held.items() if holds] == ["2015", "2015-05", "2016-12-31"]
    assert lane(fact("always")).bars[0].holds("1066")


def test_the_axis_spans_every_date_and_today_in_whole_years():
    line = time_line([fact("a", "1815-12-10", "1852")], (), "1840-05")
    assert (line.first, line.last, line.month) == (1815 * 12, (THIS_YEAR + 1) * 12, 1840 * 12 + 4)
    assert line.days == (date(1815, 1, 1).toordinal(), date(THIS_YEAR + 1, 1, 1).toordinal())


def test_without_a_date_the_axis_spans_ten_years():
    line = time_line([fact("a")], (), "1500")
    assert (line.first, line.month) == ((THIS_YEAR - 10) * 12, (THIS_YEAR - 10) * 12)


def test_the_last_year_of_the_calendar_has_its_place():
    line = time_line([fact("a", None, "9999")], (), "2015")
    assert line.last == 9999 * 12
    assert line.days[1] == date(9999, 1, 1).toordinal()


def test_no_facts_make_no_lanes():
    assert time_line([], (), "2015").lanes == []


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
    assert (first_day(partial), last_day(partial)) == (first.toordinal(), last.toordinal())


def test_where_one_takes_over_from_another_both_are_drawn_to_the_middle():
    before, after = lane(fact("a", "2010", "2013"), fact("b", "2013")).bars
    assert before.drawn_until == after.drawn_from == date(2013, 7, 2).toordinal()
    assert (before.ends, after.starts) == (date(2013, 12, 31).toordinal(), date(2013, 1, 1).toordinal())


def test_what_held_before_is_told_beside_what_holds():
    found = lane(fact("a", "2008", "2010"), fact("b", "2011", "2014"), fact("c", "2016"))
    held, before = found.at("2017")
    assert ([bar.fact["value"] for bar in held], before.fact["value"]) == (["c"], "b")
    assert found.at("2015") == ([], None)
