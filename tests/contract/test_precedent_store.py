"""The promises of bot.ports.PrecedentStore, kept by the fake and by both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.case import opened
from bot.errors import ChangedMeanwhile, UnknownPrecedent
from bot.ports import UnitOfWork
from bot.precedent import Precedent, PrecedentMove, PrecedentState, make_move, proposed
from bot.precedents import mark_stale
from tests.builders import NOON, a_case, a_precedent, a_signed_precedent
from tests.fakes import MemoryStore

OpenUnit = Callable[[], UnitOfWork]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def open_unit(request: pytest.FixtureRequest) -> OpenUnit:
    if request.param == "memory":
        return MemoryStore().open_unit
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return partial(SqlUnitOfWork, engine)


def with_precedents(open_unit: OpenUnit, *precedents: Precedent) -> None:
    with open_unit() as unit:
        for case_id in sorted({one.case_id for one in precedents}):
            unit.cases.add(a_case(case_id), opened(a_case(case_id)))
        for one in precedents:
            unit.precedents.add(one, proposed(one, NOON, "worth keeping"))
        unit.commit()


def test_everything_of_a_precedent_comes_back(open_unit: OpenUnit):
    old = a_signed_precedent("PR-2026-0001")
    new = a_precedent("PR-2026-0002", replaces=old.id, decided_on=date(2024, 2, 29), stale="tip 4 was reworded")
    with_precedents(open_unit, old, new)

    with open_unit() as unit:
        assert unit.precedents.get(old.id) == old
        assert unit.precedents.take(new.id) == new


def test_an_unknown_precedent_is_named(open_unit: OpenUnit):
    with open_unit() as unit:
        for look in (unit.precedents.get, unit.precedents.take):
            with pytest.raises(UnknownPrecedent) as error:
                look("PR-2026-0404")
            assert error.value.precedent_id == "PR-2026-0404"
        assert list(unit.precedents.events("PR-2026-0404")) == []


def test_an_id_is_given_once_and_each_year_begins_anew(open_unit: OpenUnit):
    with open_unit() as unit:
        first = [unit.precedents.next_id(year) for year in (2026, 2026, 2027)]
        unit.commit()
    with open_unit() as unit:
        assert [*first, unit.precedents.next_id(2026)] == [
            "PR-2026-0001",
            "PR-2026-0002",
            "PR-2027-0001",
            "PR-2026-0003",
        ]


def test_every_move_is_kept_in_order(open_unit: OpenUnit):
    precedent = a_precedent()
    with_precedents(open_unit, precedent)
    signed, sign = make_move(precedent, PrecedentMove.SIGN, actor="tom-reid", at=NOON)
    gone, withdraw = make_move(signed, PrecedentMove.WITHDRAW, actor="maya-okafor", at=NOON, note="it was <wrong>")
    with open_unit() as unit:
        unit.precedents.save(signed, sign)
        unit.precedents.save(gone, withdraw)
        unit.commit()

    with open_unit() as unit:
        assert list(unit.precedents.events(precedent.id)) == [
            proposed(precedent, NOON, "worth keeping"),
            sign,
            withdraw,
        ]
        assert unit.precedents.get(precedent.id) == gone


def test_a_precedent_that_was_moved_meanwhile_is_not_saved(open_unit: OpenUnit):
    precedent = a_precedent()
    with_precedents(open_unit, precedent)
    signed = make_move(precedent, PrecedentMove.SIGN, actor="tom-reid", at=NOON)
    withdrawn = make_move(precedent, PrecedentMove.WITHDRAW, actor="maya-okafor", at=NOON)
    with open_unit() as unit:
        unit.precedents.save(*signed)
        unit.commit()

    with open_unit() as unit, pytest.raises(ChangedMeanwhile):
        unit.precedents.save(*withdrawn)

    with open_unit() as unit:
        assert unit.precedents.get(precedent.id).state is PrecedentState.SIGNED


def test_of_two_who_take_one_the_second_sees_what_the_first_did(open_unit: OpenUnit):
    with_precedents(open_unit, a_precedent())

    def sign(actor: str) -> str:
        with open_unit() as unit:
            taken = unit.precedents.take("PR-2026-0001")
            if taken.state is PrecedentState.SIGNED:
                return taken.signed_by
            unit.precedents.save(*make_move(taken, PrecedentMove.SIGN, actor=actor, at=NOON))
            unit.commit()
            return actor

    with ThreadPoolExecutor(2) as pool:
        signers = set(pool.map(sign, ["tom-reid", "ann-griffiths"]))

    assert len(signers) == 1


def test_what_happens_to_any_of_them_shows_in_the_number_of_moves(open_unit: OpenUnit):
    with open_unit() as unit:
        assert unit.precedents.moves() == 0
    with_precedents(open_unit, a_precedent(), a_precedent("PR-2026-0002"))
    with open_unit() as unit:
        mark_stale(unit.precedents, "PR-2026-0002", "tip 4 is gone", actor="smpolicy", at=NOON)
        unit.commit()

    with open_unit() as unit:
        assert unit.precedents.moves() == 3


@pytest.mark.parametrize("precedent", [a_precedent(), a_signed_precedent()], ids=["proposed", "signed"])
def test_a_precedent_goes_stale_and_says_why(open_unit: OpenUnit, precedent: Precedent):
    with_precedents(open_unit, precedent)

    with open_unit() as unit:
        was_marked = mark_stale(unit.precedents, precedent.id, "uk/tip-4.1 was reworded", actor="smpolicy", at=NOON)
        unit.commit()

    with open_unit() as unit:
        stale, last = unit.precedents.get(precedent.id), unit.precedents.events(precedent.id)[-1]
    assert was_marked
    assert (stale.state, stale.stale) == (PrecedentState.STALE, "uk/tip-4.1 was reworded")
    assert (last.actor, last.at, last.note) == ("smpolicy", NOON, "uk/tip-4.1 was reworded")


@pytest.mark.parametrize("state", [PrecedentState.REPLACED, PrecedentState.WITHDRAWN])
def test_one_that_is_over_does_not_go_stale(open_unit: OpenUnit, state: PrecedentState):
    precedent = a_signed_precedent(state=state)
    with_precedents(open_unit, precedent)

    with open_unit() as unit:
        assert not mark_stale(unit.precedents, precedent.id, "reworded", actor="smpolicy", at=NOON)
        assert unit.precedents.get(precedent.id) == precedent


def test_those_of_a_case_and_all_come_newest_first(open_unit: OpenUnit):
    elsewhere = a_precedent("PR-2026-0002", case_id="SM-2026-0002")
    with_precedents(open_unit, a_precedent("PR-2026-0001"), elsewhere, a_precedent("PR-2026-0003"))

    with open_unit() as unit:
        assert [one.id for one in unit.precedents.of_case("SM-2026-0001")] == ["PR-2026-0003", "PR-2026-0001"]
        assert [one.id for one in unit.precedents.all()] == ["PR-2026-0003", "PR-2026-0002", "PR-2026-0001"]


@pytest.mark.parametrize(
    "impossible",
    [
        a_signed_precedent("PR-2026-0002", signed_by="maya-okafor"),
        a_signed_precedent("PR-2026-0002", decided_by="ann-griffiths", signed_by="maya-okafor"),
        a_precedent("PR-2026-0002", replaces="PR-2026-0002"),
        a_precedent("PR-2026-0002", replaces="PR-2026-0000"),
    ],
    ids=["signed by who decided", "signed by who proposed", "replaces itself", "replaces what is replaced already"],
)
def test_what_must_never_be_is_refused_by_the_store_itself(open_unit: OpenUnit, impossible: Precedent):
    with_precedents(
        open_unit, a_signed_precedent("PR-2026-0000"), replace(a_precedent("PR-2026-0001"), replaces="PR-2026-0000")
    )

    with open_unit() as unit, pytest.raises((AssertionError, IntegrityError)):
        unit.precedents.add(impossible, proposed(impossible, NOON, ""))
