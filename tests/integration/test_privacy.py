"""What is kept of people, and for how long; and the commands that show it and take it out."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.storage.audit import verify_log
from adapters.storage.engine import reading
from adapters.storage.privacy import (
    EVENTS_KEPT,
    Kept,
    erase_person,
    export_person,
    set_hold,
    stored_hash_key,
    sweep_once_a_day,
)
from adapters.storage.tables import case_events, deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.case import Case, Move, State, make_move
from bot.conversation import BUTTONS_LAST, REMEMBERED, Turn, turn_id_of
from bot.errors import ChangedMeanwhile
from bot.messages import AskQuestion, Envelope, Platform
from bot.privacy import ERASED
from bot.questions import AskedQuestion
from bot.settings import from_env
from knowledge.entry import Verdict
from tests.builders import KEY, NOON, a_case, a_delivery, a_person, a_place, a_question, a_turn
from tests.integration.storage_helpers import queue, store

ASKER = a_person()
CASE = "SM-2026-0001"
CASES_KEPT, UNANSWERED_KEPT = timedelta(days=730), timedelta(days=90)
KEPT = Kept(CASES_KEPT, UNANSWERED_KEPT)
OFF_TOPIC = "what is the best recipe for sourdough bread"
MOMENT = timedelta(seconds=1)


def with_an_answered_case(engine: Engine, **fields: object) -> Case:
    store(engine, case=a_case(**fields))
    case, event = make_move(a_case(**fields), Move.ANSWER, actor="maya-okafor", at=NOON, note="Yes, go on.")
    with SqlUnitOfWork(engine) as unit:
        unit.cases.save(case, event)
        unit.commit()
    return case


def with_a_turn(engine: Engine, **fields: object) -> Turn:
    with SqlUnitOfWork(engine) as unit:
        unit.turns.add(replace(a_turn(), **fields))
        unit.commit()
    return replace(a_turn(), **fields)


def read_case(engine: Engine) -> Case:
    with SqlUnitOfWork(engine) as unit:
        return unit.cases.get(CASE)


def with_a_question(engine: Engine, **fields: object) -> AskedQuestion:
    with SqlUnitOfWork(engine) as unit:
        unit.questions.put(a_question(**fields))
        unit.commit()
    return a_question(**fields)


def read_question(engine: Engine) -> AskedQuestion:
    with SqlUnitOfWork(engine) as unit:
        asked = unit.questions.get(a_question().id)
    assert asked
    return asked


def read_turn(engine: Engine) -> Turn | None:
    with SqlUnitOfWork(engine) as unit:
        return unit.turns.get(a_turn().id)


@pytest.mark.parametrize("later", [timedelta(0), MOMENT])
@pytest.mark.parametrize("verdict", [Verdict.CLARIFY, Verdict.NOT_COVERED, Verdict.ASK_ADVISOR])
def test_what_nobody_relies_on_goes_with_its_buttons(either_engine: Engine, verdict: Verdict, later: timedelta):
    with_a_turn(either_engine, verdict=verdict)

    sweep_once_a_day(either_engine, NOON + BUTTONS_LAST + later, KEPT)

    assert (read_turn(either_engine) is None) is bool(later)


@pytest.mark.parametrize("later", [timedelta(0), MOMENT])
def test_the_words_of_an_answered_question_go_and_a_recall_still_reaches_its_asker(
    either_engine: Engine, later: timedelta
):
    turn = with_a_turn(either_engine, verdict=Verdict.YES, place=a_place(), passages=("uk/tip-4.1",))

    sweep_once_a_day(either_engine, NOON + BUTTONS_LAST + later, KEPT)

    emptied = replace(turn, question="", facts={}, place_key="", awaiting="")
    assert read_turn(either_engine) == (emptied if later else turn)


@pytest.mark.parametrize("later", [timedelta(0), MOMENT])
def test_a_recall_reaches_as_far_back_as_cases_are_kept(either_engine: Engine, later: timedelta):
    with_a_turn(either_engine, verdict=Verdict.YES, place=a_place())

    sweep_once_a_day(either_engine, NOON + CASES_KEPT + later, KEPT)

    assert (read_turn(either_engine) is None) is bool(later)


def test_buttons_last_as_long_as_a_conversation_is_remembered():
    assert BUTTONS_LAST >= REMEMBERED


@pytest.mark.parametrize("later", [timedelta(0), MOMENT])
def test_the_words_of_an_unanswered_question_go_and_its_figures_stay(either_engine: Engine, later: timedelta):
    asked = with_a_question(either_engine, verdict=Verdict.NOT_COVERED, text="May I?")

    sweep_once_a_day(either_engine, NOON + UNANSWERED_KEPT + later, KEPT)

    assert read_question(either_engine) == (replace(asked, text="") if later else asked)


def test_words_kept_before_the_settings_forbade_it_go_at_the_next_sweep(either_engine: Engine):
    with_a_question(either_engine, verdict=Verdict.NOT_COVERED, text="May I?")

    sweep_once_a_day(either_engine, NOON + MOMENT, Kept(CASES_KEPT, timedelta(0)))

    assert read_question(either_engine).text == ""


@pytest.mark.parametrize("later", [timedelta(0), MOMENT])
def test_who_asked_is_forgotten_with_the_cases_of_the_time(either_engine: Engine, later: timedelta):
    asked = with_a_question(either_engine)

    sweep_once_a_day(either_engine, NOON + CASES_KEPT + later, KEPT)

    assert read_question(either_engine) == (replace(asked, asker="") if later else asked)


@pytest.mark.parametrize("later", [timedelta(0), MOMENT])
def test_the_words_of_a_case_go_when_its_time_has_come(either_engine: Engine, later: timedelta):
    with_an_answered_case(either_engine)

    sweep_once_a_day(either_engine, NOON + CASES_KEPT + later, KEPT)

    case = read_case(either_engine)
    assert (case.question == ERASED) is bool(later)
    assert (case.advice == ERASED) is bool(later)
    assert case.state is State.ANSWERED
    assert list(verify_log(either_engine)) == []


def test_a_case_in_work_or_on_hold_is_kept_whatever_its_age(either_engine: Engine):
    with_an_answered_case(either_engine)
    store(either_engine, case=a_case("SM-2026-0002"))
    set_hold(either_engine, CASE, on_hold=True)

    swept = sweep_once_a_day(either_engine, NOON + CASES_KEPT * 2, KEPT)

    assert swept
    assert swept.cases == 0


def test_a_day_is_swept_once(either_engine: Engine):
    first, second, next_day = (
        sweep_once_a_day(either_engine, NOON + wait, KEPT)
        for wait in (timedelta(0), timedelta(hours=6), timedelta(days=1))
    )

    assert first
    assert second is None
    assert next_day


def test_events_long_past_are_forgotten(either_engine: Engine):
    with SqlUnitOfWork(either_engine) as unit:
        unit.inbox.first_time("event-1", NOON)
        unit.commit()

    swept = sweep_once_a_day(either_engine, NOON + EVENTS_KEPT + MOMENT, KEPT)

    assert swept
    assert swept.events == 1


def test_all_that_is_kept_of_a_person_is_shown(either_engine: Engine):
    with_an_answered_case(either_engine)
    with_a_turn(either_engine)
    with_a_question(either_engine)
    with SqlUnitOfWork(either_engine) as unit:
        unit.places.remember(ASKER, a_place())
        unit.commit()

    found = export_person(either_engine, ASKER.key, [KEY])

    counted = {name: len(rows) for name, rows in found.items()}
    assert counted == {"cases": 1, "case_events": 2, "turns": 1, "questions": 1, "places": 1}
    assert json.dumps(found)


def test_a_person_is_taken_out_and_the_case_stays(either_engine: Engine):
    with_an_answered_case(either_engine)
    with_a_turn(either_engine)
    asked = with_a_question(either_engine, helpful=False, text="May I?")

    done = erase_person(either_engine, ASKER.key, [KEY], NOON)

    assert (done["cases"], done["questions"], done["cases_left"]) == (1, 1, 0)
    assert not any(export_person(either_engine, ASKER.key, [KEY]).values())
    assert read_question(either_engine) == replace(asked, asker="", text="")
    case = read_case(either_engine)
    assert (case.question, case.advice, case.topics) == (ERASED, ERASED, a_case().topics)
    assert list(verify_log(either_engine)) == []


def test_a_case_in_work_is_left_and_told(either_engine: Engine):
    store(either_engine, case=a_case())

    assert erase_person(either_engine, ASKER.key, [KEY], NOON)["cases_left"] == 1
    assert read_case(either_engine).question == a_case().question


def test_who_read_a_case_before_it_was_erased_cannot_write_its_words_back(either_engine: Engine):
    case = with_an_answered_case(either_engine)
    erase_person(either_engine, ASKER.key, [KEY], NOON)

    moved, event = make_move(case, Move.NOTE, actor="maya-okafor", at=NOON, note="Hm.")
    with SqlUnitOfWork(either_engine) as unit, pytest.raises(ChangedMeanwhile):
        unit.cases.save(moved, event)

    with SqlUnitOfWork(either_engine) as unit:
        assert [one.move for one in unit.cases.events(CASE)] == [Move.OPEN, Move.ANSWER, Move.ERASE]


def test_the_salt_of_an_erased_note_goes_with_it(either_engine: Engine):
    with_an_answered_case(either_engine)

    erase_person(either_engine, ASKER.key, [KEY], NOON)

    with reading(either_engine) as connection:
        assert set(connection.execute(select(case_events.c.salt).where(case_events.c.note == ERASED)).scalars()) == {
            None
        }


def test_answers_that_belong_to_no_case_go_with_the_person(either_engine: Engine):
    room, directly = a_place(), a_place(ASKER.key)
    with_a_turn(either_engine, id=turn_id_of("event-1"), place_key=room.key)
    queue(
        either_engine,
        a_delivery("event-1#1", recipient=room),
        a_delivery("event-2#1", recipient=room),  # somebody else's question in the same room
        a_delivery("event-3#1", recipient=directly),
    )

    erase_person(either_engine, ASKER.key, [KEY], NOON)

    with reading(either_engine) as connection:
        assert list(connection.execute(select(deliveries.c.key)).scalars()) == ["event-2#1"]


def test_a_person_is_not_reached_under_their_other_ids_either(either_engine: Engine):
    person = a_person(platform=Platform.TEAMS, ids=("entra-1", "29:a:b"))
    other = a_person(platform=Platform.TEAMS, ids=("entra-2", "29:c"))
    with SqlUnitOfWork(either_engine) as unit:
        unit.places.remember(person, a_place("chat-1", platform=Platform.TEAMS))
        unit.places.remember(other, a_place("chat-2", platform=Platform.TEAMS))
        unit.commit()
    queue(either_engine, a_delivery(recipient=a_place("chat-1", platform=Platform.TEAMS)))

    shown = len(export_person(either_engine, person.key, [KEY])["places"])
    done = erase_person(either_engine, person.key, [KEY], NOON)

    assert (shown, done["places"], done["messages"]) == (2, 2, 1)
    assert len(export_person(either_engine, other.key, [KEY])["places"]) == 2


def test_nobody_elses_case_is_touched(either_engine: Engine):
    with_an_answered_case(either_engine)

    asked = with_a_question(either_engine)

    erase_person(either_engine, "slack:T1:somebody-else", [KEY], NOON)

    assert read_case(either_engine).question == a_case().question
    assert read_question(either_engine) == asked


def test_a_person_is_found_under_an_earlier_key_too(either_engine: Engine):
    with_a_question(either_engine)

    assert not export_person(either_engine, ASKER.key, [b"a newer key"])["questions"]
    assert export_person(either_engine, ASKER.key, [b"a newer key", KEY])["questions"]


def test_a_database_makes_its_key_once(either_engine: Engine):
    first, again = stored_hash_key(either_engine), stored_hash_key(either_engine)

    assert first == again
    assert len(first) == 32


# the commands


def run(settings: dict[str, str], *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments], env=settings, input=typed)


def test_erasing_asks_first(service: Application, settings: dict[str, str]):
    with_an_answered_case(service.database)

    assert run(settings, "privacy", "erase", "--person", ASKER.key, typed="n\n").exit_code == 1
    assert read_case(service.database).question != ERASED
    assert run(settings, "privacy", "erase", "--person", ASKER.key, "--yes").exit_code == 0
    assert read_case(service.database).question == ERASED


@pytest.mark.parametrize("person", ["U345", "icq:T1:U1", ""])
def test_what_names_nobody_is_told_how_to(service: Application, settings: dict[str, str], person: str):
    for command in (("export",), ("erase", "--yes")):
        result = run(settings, "privacy", *command, "--person", person)

        assert result.exit_code == 1
        assert "Write the person as platform:tenant:id" in result.stderr


def test_a_person_is_exported_as_json(service: Application, settings: dict[str, str]):
    with_an_answered_case(service.database)

    found = json.loads(run(settings, "privacy", "export", "--person", ASKER.key).stdout)

    assert found["cases"][0]["id"] == CASE


@pytest.mark.parametrize("own_key", ["", "k" * 32])
def test_who_asked_is_found_and_taken_out_by_the_same_settings(
    service: Application, settings: dict[str, str], own_key: str
):
    settings = {**settings, "SMPOLICY_HASH_KEY": own_key}
    envelope = Envelope("event-1", ASKER, a_place())
    Application(from_env(settings)).service.handle(AskQuestion(envelope, OFF_TOPIC))

    (asked,) = json.loads(run(settings, "privacy", "export", "--person", ASKER.key).stdout)["questions"]
    run(settings, "privacy", "erase", "--person", ASKER.key, "--yes")

    assert (asked["verdict"], asked["text"]) == ("not_covered", OFF_TOPIC)
    assert json.loads(run(settings, "privacy", "export", "--person", ASKER.key).stdout)["questions"] == []


def test_who_asked_before_there_was_a_key_of_ones_own_is_found_too(service: Application, settings: dict[str, str]):
    service.service.handle(AskQuestion(Envelope("event-1", ASKER, a_place()), OFF_TOPIC))
    settings = {**settings, "SMPOLICY_HASH_KEY": "k" * 32}

    assert len(json.loads(run(settings, "privacy", "export", "--person", ASKER.key).stdout)["questions"]) == 1


def test_a_hold_is_set_and_lifted(service: Application, settings: dict[str, str]):
    with_an_answered_case(service.database)

    assert "is under legal hold" in run(settings, "privacy", "hold", CASE.lower()).stdout
    assert erase_person(service.database, ASKER.key, [KEY], NOON)["cases_left"] == 1
    run(settings, "privacy", "hold", CASE, "--lift")
    assert erase_person(service.database, ASKER.key, [KEY], NOON)["cases_left"] == 0
    assert run(settings, "privacy", "hold", "SM-2026-0404").exit_code == 1


def test_cases_are_exported_without_words_and_names(service: Application, settings: dict[str, str]):
    with_an_answered_case(service.database)

    (row,) = json.loads(run(settings, "cases", "export").stdout)

    assert (row["id"], row["moves"]) == (CASE, "open answer")
    assert "question" not in row
    assert ASKER.ids[0] not in json.dumps(row)


def test_exported_words_are_no_formulas(service: Application, settings: dict[str, str]):
    with_an_answered_case(service.database, question="=1+1 may I?")

    (row,) = csv.DictReader(io.StringIO(run(settings, "cases", "export", "--csv", "--words").stdout))

    assert row["question"] == "'=1+1 may I?"
