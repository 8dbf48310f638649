"""Looking back at logs and messages, and the commands that show it."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.storage.audit import LATE, NOBODYS_SHOWN, Broken, stuck_messages, verify_log
from adapters.storage.engine import reading, writing
from adapters.storage.tables import case_events, cases, deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.case import Move, chain, make_move, note_digest, opened
from bot.deliveries import Delivery
from bot.messages import Place
from bot.privacy import ERASED
from tests.builders import NOON, a_case, a_delivery, a_place
from tests.integration.storage_helpers import queue, store

CASE = "SM-2026-0001"


def with_a_log(engine: Engine) -> None:
    """A case that was claimed and answered."""
    store(engine, case=a_case())
    case = a_case()
    for move, note in ((Move.CLAIM, ""), (Move.ANSWER, "Yes, go on.")):
        case, event = make_move(case, move, actor="maya-okafor", at=NOON, note=note)
        with SqlUnitOfWork(engine) as unit:
            unit.cases.save(case, event)
            unit.commit()


def change(engine: Engine, number: int, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(case_events).where(case_events.c.number == number).values(**values))


def test_a_log_that_nobody_touched_is_whole(either_engine: Engine):
    with_a_log(either_engine)

    assert list(verify_log(either_engine)) == []


@pytest.mark.parametrize(
    ("number", "values", "problem"),
    [
        (3, {"note": "No."}, "does not say what was written"),
        (2, {"actor": "ben"}, "was changed, or what stands before it was"),
        (2, {"at": NOON + timedelta(days=1)}, "was changed, or what stands before it was"),
        (2, {"digest": "0" * 64}, "was changed, or what stands before it was"),
        (2, {"digest": None}, "is not chained to what stands before it"),
        (3, {"note": ERASED}, "does not say what was written"),
    ],
)
def test_an_event_that_was_changed_is_found(either_engine: Engine, number: int, values: dict[str, Any], problem: str):
    with_a_log(either_engine)

    change(either_engine, number, **values)

    assert next(iter(verify_log(either_engine))) == Broken(CASE, number, problem)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"advice": "No."}, "is the last of a log whose answer is not the advice in the case's row"),
        ({"state": "open"}, "left the case answered, but its row says open"),
    ],
)
def test_a_case_that_does_not_stand_as_its_log_left_it_is_found(
    either_engine: Engine, values: dict[str, Any], problem: str
):
    with_a_log(either_engine)

    with writing(either_engine) as connection:
        connection.execute(update(cases).values(**values))

    assert list(verify_log(either_engine)) == [Broken(CASE, 3, problem)]


def test_a_log_is_whole_while_its_case_moves(postgres_engine: Engine):
    store(postgres_engine, case=a_case())

    def move() -> None:
        case = a_case()
        for number in range(60):
            case, event = make_move(case, Move.NOTE, actor="maya-okafor", at=NOON, note=str(number))
            with SqlUnitOfWork(postgres_engine) as unit:
                unit.cases.save(case, event)
                unit.commit()

    with ThreadPoolExecutor(1) as pool:
        moving = pool.submit(move)
        found = []
        while not moving.done():
            found += verify_log(postgres_engine)
        moving.result()

    assert found == []


def test_notes_that_say_the_same_are_not_known_by_their_digests(either_engine: Engine):
    store(either_engine, case=a_case())
    store(either_engine, case=a_case("SM-2026-0002"))

    with reading(either_engine) as connection:
        rows = connection.execute(select(case_events)).all()

    plain = {hashlib.sha256(f"{row.case_id}\0{row.number}\0{row.note}".encode()).hexdigest() for row in rows}
    assert len({row.salt for row in rows}) == 2
    assert not plain & {row.note_digest for row in rows}


def test_a_log_from_before_notes_were_salted_is_whole(either_engine: Engine):
    store(either_engine, case=a_case())
    event = opened(a_case())
    said = note_digest(event, "")

    change(either_engine, 1, salt=None, note_digest=said, digest=chain("", event, said))

    assert list(verify_log(either_engine)) == []


def test_an_event_that_was_taken_out_is_missed(either_engine: Engine):
    with_a_log(either_engine)

    with writing(either_engine) as connection:
        connection.execute(delete(case_events).where(case_events.c.number == 2))

    assert list(verify_log(either_engine)) == [Broken(CASE, 2, "is missing")]


def test_the_last_event_taken_out_is_missed(either_engine: Engine):
    with_a_log(either_engine)

    with writing(either_engine) as connection:
        connection.execute(delete(case_events).where(case_events.c.number == 3))

    assert list(verify_log(either_engine)) == [Broken(CASE, 3, "is the case's version, but its log has 2 events")]


def test_a_note_whose_words_were_erased_leaves_the_log_whole(either_engine: Engine):
    with_a_log(either_engine)

    change(either_engine, 3, note=ERASED, salt=None)
    with writing(either_engine) as connection:
        connection.execute(update(cases).values(advice=ERASED))

    assert list(verify_log(either_engine)) == []


def test_events_from_before_logs_were_chained_are_taken_as_they_are(either_engine: Engine):
    with_a_log(either_engine)

    for number in (1, 2, 3):
        change(either_engine, number, digest=None, note_digest=None)

    assert list(verify_log(either_engine)) == []


def test_a_message_given_up_is_stuck(either_engine: Engine):
    queue(either_engine, a_delivery("event-1#1"))
    with writing(either_engine) as connection:
        connection.execute(update(deliveries).values(state="failed", attempts=8, last_error="no route"))

    (stuck,) = stuck_messages(either_engine, NOON)

    assert (stuck.key, stuck.state, stuck.attempts, stuck.error) == ("event-1#1", "failed", 8, "no route")


@pytest.mark.parametrize(
    ("case_id", "age", "is_stuck"),
    [("", NOBODYS_SHOWN - timedelta(seconds=1), True), ("", NOBODYS_SHOWN, False), (CASE, NOBODYS_SHOWN, True)],
)
def test_what_nobody_can_send_again_is_named_for_a_day(
    either_engine: Engine, case_id: str, age: timedelta, is_stuck: bool
):
    store(either_engine, case=a_case())
    queue(either_engine, a_delivery("event-1#1", case_id=case_id))
    with writing(either_engine) as connection:
        connection.execute(update(deliveries).values(state="failed"))

    assert bool(stuck_messages(either_engine, NOON + age)) is is_stuck


@pytest.mark.parametrize(("waited", "is_stuck"), [(LATE, False), (LATE + timedelta(seconds=1), True)])
def test_a_message_that_waits_too_long_is_stuck(either_engine: Engine, waited: timedelta, is_stuck: bool):
    queue(either_engine, a_delivery("event-1#1"))

    assert bool(stuck_messages(either_engine, NOON + waited)) is is_stuck


ANOTHER = "SM-2026-0002"


@pytest.mark.parametrize(
    ("later", "is_stuck"),
    [
        (a_delivery("retry:1#1", recipient=a_place("elsewhere"), case_id=CASE), False),
        (a_delivery("retry:1#1", case_id=ANOTHER), True),
        (a_delivery("event-2#1", case_id=CASE), True),
    ],
)
def test_a_message_given_up_is_stuck_until_its_case_was_sent_again(
    either_engine: Engine, later: Delivery, is_stuck: bool
):
    for case_id in (CASE, ANOTHER):
        store(either_engine, case=a_case(case_id))
    queue(either_engine, a_delivery("event-1#1", case_id=CASE))
    with writing(either_engine) as connection:
        connection.execute(update(deliveries).values(state="failed"))

    queue(either_engine, later)

    assert [one.key for one in stuck_messages(either_engine, NOON)] == ["event-1#1"] * is_stuck


@pytest.mark.parametrize(
    ("where", "case_id", "is_stuck"),
    [
        (a_place(), CASE, False),
        (a_place("elsewhere"), CASE, True),
        (a_place(), "", True),
    ],
)
def test_a_message_given_up_is_stuck_until_its_recipient_is_reached(
    either_engine: Engine, where: Place, case_id: str, is_stuck: bool
):
    store(either_engine, case=a_case())
    queue(
        either_engine, a_delivery("event-1#1", case_id=CASE), a_delivery("event-2#1", recipient=where, case_id=case_id)
    )
    with writing(either_engine) as connection:
        connection.execute(update(deliveries).where(deliveries.c.key == "event-1#1").values(state="failed"))
        connection.execute(update(deliveries).where(deliveries.c.key == "event-2#1").values(state="sent"))

    assert bool(stuck_messages(either_engine, NOON)) is is_stuck


# the commands


def run(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["cases", *arguments], env=settings)


def test_whole_logs_are_verified(service: Application, settings: dict[str, str]):
    with_a_log(service.database)

    assert run(settings, "verify").stdout == "Every log is whole.\n"


def test_a_log_that_was_tampered_with_is_told(service: Application, settings: dict[str, str]):
    with_a_log(service.database)
    change(service.database, 3, note="No.")

    result = run(settings, "verify")

    assert result.exit_code == 1
    assert f"{CASE}: event 3 does not say what was written" in result.stderr


def test_nothing_stuck_is_said(service: Application, settings: dict[str, str]):
    assert run(settings, "stuck").stdout == "Nothing is stuck.\n"


def test_what_is_stuck_is_listed_and_can_be_sent_again(service: Application, settings: dict[str, str]):
    store(service.database, case=a_case(advisor_id="maya-okafor"))
    queue(service.database, a_delivery("event-1#1", case_id=CASE), at=datetime.now(UTC))
    with writing(service.database) as connection:
        connection.execute(update(deliveries).values(state="failed", attempts=8, last_error="no route"))

    listed, again = run(settings, "stuck"), run(settings, "retry", CASE.lower())

    assert listed.exit_code == 1
    assert "failed after 8 attempts: no route" in listed.stdout
    assert again.stdout == "2 messages queued; the worker delivers them.\n"
    assert run(settings, "stuck").stdout == "Nothing is stuck.\n"
    assert run(settings, "retry", "SM-2026-0404").exit_code == 1


def test_an_empty_table_is_no_broken_log(service: Application):
    with writing(service.database) as connection:
        connection.execute(delete(cases))

    assert list(verify_log(service.database)) == []
