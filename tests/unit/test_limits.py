import pytest

from adapters.limits import Limits
from bot.errors import OverLimit
from bot.messages import AskQuestion, ClaimCase, Envelope, Message, PassOn, Person, Platform, ReplyToAdvisor, ShowTips
from bot.settings import Settings
from tests.builders import a_place

ADA, BEN = Person(Platform.SLACK, ("U1",), "T1"), Person(Platform.SLACK, ("U2",), "T1")
ELSEWHERE = Person(Platform.SLACK, ("U1",), "T2")


def limits(person: str = "2/minute", workspace: str = "100/minute") -> Limits:
    return Limits(Settings(person_limit=person, workspace_limit=workspace))


def asks(person: Person = ADA) -> Message:
    return AskQuestion(Envelope("e", person, a_place()), "May I?")


def told(counted: Limits, message: Message) -> list[tuple[str, bool]]:
    try:
        counted.check(message)
    except OverLimit as over:
        return [(over.scope, over.tell)]
    return []


def test_as_many_as_the_limit_allows_are_taken_and_no_more():
    counted = limits()

    assert told(counted, asks()) == told(counted, asks()) == []
    assert told(counted, asks()) == [("person", True)]


def test_somebody_is_told_once_in_a_window():
    counted = limits()
    for _ in range(3):
        told(counted, asks())

    assert told(counted, asks()) == told(counted, asks()) == [("person", False)]


def test_one_persons_haste_stops_nobody_else():
    counted = limits()
    for _ in range(5):
        told(counted, asks())

    assert told(counted, asks(BEN)) == told(counted, asks(ELSEWHERE)) == []


def test_a_workspace_has_a_limit_of_its_own_and_each_person_is_told():
    counted = limits(workspace="3/minute")
    for person in (ADA, BEN, ADA):
        assert told(counted, asks(person)) == []

    assert told(counted, asks(BEN)) == [("workspace", True)]
    cleo = Person(Platform.SLACK, ("U3",), "T1")
    assert told(counted, asks(cleo)) == [("workspace", True)]
    assert told(counted, asks(cleo)) == [("workspace", False)]
    assert told(counted, asks(ELSEWHERE)) == []


def test_what_is_over_the_limit_does_not_lengthen_the_wait(monkeypatch: pytest.MonkeyPatch):
    now = [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    counted = limits()
    for _ in range(20):
        told(counted, asks())
    now[0] += 61

    assert told(counted, asks()) == []


@pytest.mark.parametrize("kind", [ClaimCase, PassOn, ReplyToAdvisor])
def test_what_moves_a_case_is_never_limited(kind: type):
    counted = limits()
    message = kind(Envelope("e", ADA, a_place()), *["SM-2026-0001", "text"][: 1 if kind is ClaimCase else 2])

    for _ in range(10):
        assert told(counted, message) == []


def test_everything_else_counts():
    counted = limits(person="1/minute")
    counted.check(ShowTips(Envelope("e", ADA, a_place())))

    assert told(counted, asks()) == [("person", True)]
