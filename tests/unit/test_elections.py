"""The calendar that is shipped, and one of a department's own."""

from datetime import date
from pathlib import Path

import pytest

from adapters.bootstrap import ELECTIONS, calendar_from_file
from adapters.records import AskRecord, advise_on, to_record
from bot.engine import GuidanceEngine
from bot.errors import BadCalendar


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2019, 11, 5), ""),
        (date(2019, 11, 6), "the 2019 general election"),
        (date(2019, 12, 12), "the 2019 general election"),
        (date(2019, 12, 13), ""),
        (date(2024, 5, 24), ""),
        (date(2024, 5, 25), "the 2024 general election"),
        (date(2024, 7, 4), "the 2024 general election"),
        (date(2024, 7, 5), ""),
    ],
    ids=str,
)
def test_the_shipped_calendar_has_the_periods_of_the_guidance(day: date, name: str):
    period = calendar_from_file(ELECTIONS).period_on(day)

    assert (period.name if period else "") == name


def test_the_shipped_calendar_claims_no_normal_times():
    assert calendar_from_file(ELECTIONS).complete_until is None


def test_every_fault_of_a_file_is_named_with_the_file(tmp_path: Path):
    file = tmp_path / "elections.yaml"
    file.write_text("periods:\n  - {name: one, kind: x, starts: 2024-02-31, ends: 2024-03-01}\n")

    with pytest.raises(BadCalendar) as caught:
        calendar_from_file(file)

    assert [problem.startswith(f"{file}: period one: ") for problem in caught.value.problems] == [True, True]


@pytest.mark.parametrize("content", [None, b"\xff", b"periods: [", b""], ids=["missing", "bytes", "yaml", "empty"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None):
    file = tmp_path / "elections.yaml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadCalendar, match=r"elections\.yaml"):
        calendar_from_file(file)


@pytest.mark.parametrize(
    ("as_of", "verdict", "holds"),
    [
        (date(2024, 6, 10), "no", "This holds during the pre-election period of the 2024 general election, until "),
        (date(2024, 7, 10), "clarify", ""),
    ],
    ids=str,
)
def test_the_day_it_is_asked_decides_a_record(uk_engine: GuidanceEngine, as_of: date, verdict: str, holds: str):
    engine = GuidanceEngine(uk_engine.index, uk_engine.threshold, calendar_from_file(ELECTIONS))
    question = "can we launch a new campaign on our department account"

    advice = advise_on(engine, AskRecord(question=question, as_of=as_of))

    record = to_record(advice, engine.corpus, record_id=None, took_ms=0.0)
    assert record["verdict"] == verdict
    assert ("pre-election period of the 2024" in record["instead"]) is bool(holds)
    assert holds in record["instead"]
