"""The rota in chat, beside what tests/unit/bot/test_chasing.py holds of going away oneself."""

import pytest

from bot import wording_advisor
from bot.advisors import Rota
from bot.messages import ChangeRota, ComeBack, GoAway, Platform, ShowRota
from tests.builders import a_person
from tests.desk import BEN_HIMSELF, CHASED, DESK, DILEMMA, MAYA_HERSELF, Desk

OWNER = a_person("U-CLEO")
ADA = {"name": "Ada Lovelace", "slack": "U-ADA", "topics": ""}


def a_desk() -> Desk:
    """Maya and Ben advise; Cleo does too and owns the service."""
    return Desk(rota=CHASED)


def the_rota(desk: Desk) -> Rota:
    rota: Rota = desk.store.rota["current"]
    return rota


def test_an_advisor_sees_who_is_on_the_rota_and_here():
    desk = a_desk()
    desk.send(GoAway, by=MAYA_HERSELF, at=DESK)

    listed = str(desk.send(ShowRota, by=BEN_HIMSELF, at=DESK).only.parts)

    assert "Maya Okafor (Propriety adviser), maya: away, no cases" in listed
    assert "ben: here" in listed


def test_topics_that_nobody_here_takes_are_named_with_the_rota():
    desk = a_desk()
    for one in ("maya", "ben"):
        desk.send(GoAway, "", one, by=OWNER, at=DESK)

    reply = desk.send(ShowRota, by=OWNER, at=DESK).only

    assert "Nobody here takes" in reply.text


@pytest.mark.parametrize(("kind", "given"), [(ShowRota, ()), (ChangeRota, ("ada", ADA)), (GoAway, ("", "maya"))])
def test_who_is_no_advisor_neither_sees_nor_changes_the_rota(kind: type, given: tuple[object, ...]):
    desk = a_desk()

    said = wording_advisor.rota_for_advisors() if kind is ShowRota else wording_advisor.no_advisor()
    assert desk.send(kind, *given).only == said
    assert the_rota(desk) == CHASED


@pytest.mark.parametrize(
    ("kind", "given"), [(ChangeRota, ("ada", ADA)), (GoAway, ("", "ben")), (ComeBack, ("ben",)), (GoAway, ("", "maya"))]
)
def test_an_advisor_who_is_not_the_owner_changes_nothing_by_naming_somebody(kind: type, given: tuple[object, ...]):
    desk = a_desk()

    reply = desk.send(kind, *given, by=MAYA_HERSELF, at=DESK).only

    assert "Cleo Hart can" in reply.text
    assert the_rota(desk) == CHASED


def test_the_owner_sends_somebody_away_whose_case_goes_on():
    desk = a_desk()
    desk.ask(DILEMMA)
    assert desk.case.advisor_id == "maya"

    sent = desk.send(GoAway, "4 December", "maya", by=OWNER, at=DESK)

    assert "Maya Okafor is away until Friday 4 December" in sent.to(DESK)[0].reply.text
    assert "1 case passed on" in sent.to(DESK)[0].reply.text.replace("1 Case", "1 case")
    assert desk.case.advisor_id == "ben"


def test_the_owner_calls_somebody_back():
    desk = a_desk()
    desk.send(GoAway, by=MAYA_HERSELF, at=DESK)

    reply = desk.send(ComeBack, "maya", by=OWNER, at=DESK).only

    assert "Maya Okafor is back" in reply.text
    desk.ask(DILEMMA)
    assert desk.case.advisor_id == "maya"


def test_an_unknown_id_is_told_with_those_that_are_known():
    reply = a_desk().send(ComeBack, "mya", by=OWNER, at=DESK).only

    assert reply.text == "There is no advisor mya on the rota; there are maya, ben, cleo."


def test_the_owner_puts_somebody_on_the_rota():
    desk = a_desk()

    reply = desk.send(ChangeRota, "ada", ADA, by=OWNER, at=DESK).only

    assert reply.text == "Ada Lovelace is on the rota."
    ada = the_rota(desk).get("ada")
    assert ada is not None
    assert ada.addresses == ((Platform.SLACK, "U-ADA"),)
    assert the_rota(desk).get("maya") == CHASED.get("maya")


def test_only_what_is_given_of_somebody_known_is_changed():
    desk = a_desk()

    reply = desk.send(ChangeRota, "ben", {"role": "Lawyer"}, by=OWNER, at=DESK).only

    assert reply.text == "Ben Li was on the rota: changed role; all else stays as it was."
    ben, before = the_rota(desk).get("ben"), CHASED.get("ben")
    assert ben is not None
    assert before is not None
    assert (ben.role, ben.addresses) == ("Lawyer", before.addresses)


def test_a_fault_in_what_is_given_is_named_and_nothing_changes():
    desk = a_desk()

    reply = desk.send(ChangeRota, "ada", {"name": "Ada", "topics": "gardening"}, by=OWNER, at=DESK).only

    assert "gardening" in reply.text
    assert "Nothing was changed" in str(reply.parts)
    assert the_rota(desk) == CHASED
