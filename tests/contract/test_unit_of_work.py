"""The promises of bot.ports.UnitOfWork, kept by the fake and by both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from adapters.storage.engine import reading
from adapters.storage.outbox import SqlOutbox
from adapters.storage.rows import to_recipient, to_reply
from adapters.storage.tables import deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.advice import Reason
from bot.advisors import Absence, Colleague, Rota
from bot.case import Case, Move, State, make_move, opened
from bot.deadlines import Step, Timer
from bot.deliveries import Delivery, ToAdvisor
from bot.errors import ChangedMeanwhile, UnknownCase
from bot.messages import AskQuestion, Envelope, Place, Platform
from bot.overrides import DraftUse
from bot.ports import UnitOfWork
from bot.sla import WorkingHours
from knowledge.entry import Verdict
from knowledge.snapshot import Snapshot, snapshot_of
from tests.builders import (
    NOON,
    a_case,
    a_delivery,
    a_full_reply,
    a_person,
    a_place,
    a_question,
    a_turn,
    an_advisor,
)
from tests.builders_guidance import the_small_corpus
from tests.fakes import MemoryStore


@dataclass
class Storage:
    """One implementation, and a way to look at what its ports only take in."""

    open_unit: Callable[[], UnitOfWork]
    queued: Callable[[], list[Delivery]]
    place_of: Callable[[Platform, str], Place | None]
    set_timers: Callable[[], list[Timer]]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "memory":
        store = MemoryStore()
        return Storage(
            store.open_unit,
            lambda: list(store.deliveries.values()),
            lambda platform, who: store.places.get((platform, who)),
            lambda: list(store.timers.values()),
        )
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")

    def queued() -> list[Delivery]:
        with reading(engine) as connection:
            messages = select(deliveries).where(deliveries.c.kind == "message")
            rows = connection.execute(messages.order_by(deliveries.c.id)).all()
        return [
            Delivery(r.key, to_recipient(r.recipient), to_reply(r.reply), r.case_id or "", r.replaces) for r in rows
        ]

    outbox = SqlOutbox(engine)
    far_off = NOON + timedelta(days=365)
    return Storage(partial(SqlUnitOfWork, engine), queued, outbox.place_of, lambda: outbox.claim_timers(far_off))


def with_cases(storage: Storage, *cases: Case) -> None:
    with storage.open_unit() as unit:
        for case in cases:
            unit.cases.add(case, opened(case))
        unit.commit()


# the unit


def test_what_is_committed_stays(storage):
    with storage.open_unit() as unit:
        unit.turns.add(a_turn())
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.turns.get("turn-1") == a_turn()


def test_without_commit_nothing_is_saved(storage):
    with storage.open_unit() as unit:
        unit.inbox.first_time("event-1", NOON)
        unit.turns.add(a_turn())
        unit.cases.add(a_case(), opened(a_case()))
        unit.outbox.add(a_delivery(), NOON)
        unit.places.remember(a_person(), a_place())
        unit.rota.replace(Rota((an_advisor(),)))

    with storage.open_unit() as unit:
        assert unit.inbox.first_time("event-1", NOON)
        assert unit.turns.get("turn-1") is None
        assert list(unit.cases.all()) == []
        assert unit.rota.current() == Rota()
    assert storage.queued() == []
    assert storage.place_of(Platform.SLACK, "U-ASKER") is None


def test_an_error_inside_saves_nothing_and_comes_out(storage):
    def fail_after_writing():
        with storage.open_unit() as unit:
            unit.turns.add(a_turn())
            unit.cases.get("SM-2026-0404")

    with pytest.raises(UnknownCase):
        fail_after_writing()

    with storage.open_unit() as unit:
        assert unit.turns.get("turn-1") is None


def test_a_naive_time_is_refused(storage):
    naive = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001

    with pytest.raises(Exception, match="without a zone"), storage.open_unit() as unit:
        unit.turns.add(a_turn(asked_at=naive))


def test_times_come_back_aware_and_the_same_moment(storage):
    in_summer_time = NOON.astimezone(timezone(timedelta(hours=1))) + timedelta(microseconds=123456)
    with_cases(storage, a_case(opened_at=in_summer_time))

    with storage.open_unit() as unit:
        opened_at = unit.cases.get("SM-2026-0001").opened_at

    assert opened_at == in_summer_time
    assert opened_at.utcoffset() is not None


# the inbox


def test_an_event_is_new_once(storage):
    with storage.open_unit() as unit:
        first, again = unit.inbox.first_time("event-1", NOON), unit.inbox.first_time("event-1", NOON)
        unit.commit()
    with storage.open_unit() as unit:
        later = unit.inbox.first_time("event-1", NOON + timedelta(days=1))
        another = unit.inbox.first_time("event-2", NOON)

    assert (first, again, later, another) == (True, False, False, True)


def test_the_same_event_in_many_threads_is_new_to_one(storage):
    def take(_: int) -> bool:
        with storage.open_unit() as unit:
            new: bool = unit.inbox.first_time("event-1", NOON)
            unit.commit()
            return new

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(8))) == [False] * 7 + [True]


def keep(storage, question: AskQuestion) -> bool:
    with storage.open_unit() as unit:
        kept: bool = unit.inbox.keep(question, NOON, NOON + timedelta(seconds=20))
        unit.commit()
        return kept


def take(storage, event_id: str = "event-1") -> bool:
    with storage.open_unit() as unit:
        taken: bool = unit.inbox.take(event_id)
        unit.commit()
        return taken


def test_a_question_is_kept_once_and_taken_once(storage):
    question = AskQuestion(Envelope("event-1", a_person(), a_place()), "May I?")

    assert (keep(storage, question), keep(storage, question)) == (True, False)
    assert (take(storage), take(storage), keep(storage, question)) == (True, False, False)


def test_what_was_seen_before_is_neither_kept_nor_taken(storage):
    with storage.open_unit() as unit:
        unit.inbox.first_time("event-1", NOON)
        unit.commit()

    assert not keep(storage, AskQuestion(Envelope("event-1", a_person(), a_place()), "May I?"))
    assert not take(storage)


def test_a_question_taken_in_a_unit_that_is_given_up_stays_kept(storage):
    keep(storage, AskQuestion(Envelope("event-1", a_person(), a_place()), "May I?"))
    with storage.open_unit() as unit:
        assert unit.inbox.take("event-1")

    assert take(storage)


# cases


def test_a_case_comes_back_whole(storage):
    case = a_case(
        state=State.ANSWERED,
        asker=a_person(ids=("U-ASKER", "W-ASKER")),
        place=a_place(threaded=True),
        advice="Yes, go ahead. 🙂",
        draft_use=DraftUse.EDITED,
        ended_at=NOON + timedelta(hours=2),
        wanted_by=NOON + timedelta(hours=1),
        department="hmrc",
        version=1,
    )
    with_cases(storage, case)

    with storage.open_unit() as unit:
        assert unit.cases.get(case.id) == case
        assert list(unit.cases.events(case.id)) == [opened(case)]


def test_an_unknown_case_is_named(storage):
    with storage.open_unit() as unit, pytest.raises(UnknownCase) as caught:
        unit.cases.get("SM-2026-0404")

    assert caught.value.case_id == "SM-2026-0404"


def test_a_move_is_saved_with_its_event(storage):
    with_cases(storage, a_case())
    moved, event = make_move(a_case(), Move.CLAIM, actor="maya-okafor", at=NOON + timedelta(hours=1))

    with storage.open_unit() as unit:
        unit.cases.save(moved, event)
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.cases.get(moved.id) == moved
        assert list(unit.cases.events(moved.id)) == [opened(a_case()), event]


def test_of_two_moves_from_one_state_the_second_is_told(storage):
    with_cases(storage, a_case())
    claimed = make_move(a_case(), Move.CLAIM, actor="maya-okafor", at=NOON)
    withdrawn = make_move(a_case(), Move.WITHDRAW, actor="asker", at=NOON)

    with storage.open_unit() as unit:
        unit.cases.save(*claimed)
        unit.commit()
    with storage.open_unit() as unit:
        with pytest.raises(ChangedMeanwhile) as caught:
            unit.cases.save(*withdrawn)
        unit.turns.add(a_turn())  # the unit goes on: the person is told
        unit.commit()

    assert caught.value.case_id == "SM-2026-0001"
    with storage.open_unit() as unit:
        assert unit.cases.get("SM-2026-0001").state is State.CLAIMED
        assert len(unit.cases.events("SM-2026-0001")) == 2
        assert unit.turns.get("turn-1")


def test_case_ids_count_up_in_each_year(storage):
    with storage.open_unit() as unit:
        ids = [unit.cases.next_id(2026), unit.cases.next_id(2026), unit.cases.next_id(2027)]
        unit.commit()
    with storage.open_unit() as unit:
        ids.append(unit.cases.next_id(2026))

    assert ids == ["SM-2026-0001", "SM-2026-0002", "SM-2027-0001", "SM-2026-0003"]


def test_no_case_id_is_given_twice_by_many_threads(storage):
    def open_case(_: int) -> str:
        with storage.open_unit() as unit:
            case = a_case(unit.cases.next_id(2026))
            unit.cases.add(case, opened(case))
            unit.commit()
            return case.id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(open_case, range(24)))

    assert len(set(ids)) == 24


def test_an_asker_sees_their_own_cases_newest_first(storage):
    other = a_person("U-OTHER")
    older, newer = a_case("SM-2026-0001"), a_case("SM-2026-0002", opened_at=NOON + timedelta(hours=1))
    with_cases(storage, older, newer, a_case("SM-2026-0003", asker=other))

    with storage.open_unit() as unit:
        assert [case.id for case in unit.cases.of_asker(a_person())] == [newer.id, older.id]
        assert [case.id for case in unit.cases.all()] == ["SM-2026-0002", "SM-2026-0003", "SM-2026-0001"]


def test_people_of_two_tenants_are_not_mixed_up(storage):
    with_cases(storage, a_case())

    with storage.open_unit() as unit:
        assert list(unit.cases.of_asker(a_person(tenant="T-ELSEWHERE"))) == []


def test_all_cases_an_advisor_holds_or_held_last_come_newest_first(storage):
    with_cases(
        storage,
        a_case("SM-2026-0001", opened_at=NOON - timedelta(days=1), state=State.CLOSED),
        a_case("SM-2026-0002", advisor_id="tom-reid"),
        a_case("SM-2026-0003"),
    )

    with storage.open_unit() as unit:
        assert [case.id for case in unit.cases.held_by("maya-okafor")] == ["SM-2026-0003", "SM-2026-0001"]


def test_everything_in_work_comes_soonest_due_first_whoever_holds_it(storage):
    with_cases(
        storage,
        a_case("SM-2026-0001", answer_by=NOON + timedelta(days=2)),
        a_case("SM-2026-0002", answer_by=NOON + timedelta(days=1), advisor_id="tom-reid"),
        a_case("SM-2026-0003", state=State.ANSWERED),
    )

    with storage.open_unit() as unit:
        assert [case.id for case in unit.cases.in_work()] == ["SM-2026-0002", "SM-2026-0001"]


def test_answered_cases_on_a_topic_come_last_answered_first_up_to_a_limit(storage):
    ended = {
        "SM-2026-0001": ((State.ANSWERED, NOON), ("blogs",)),
        "SM-2026-0002": ((State.CLOSED, NOON + timedelta(hours=1)), ("blogs", "copyright")),
        "SM-2026-0003": ((State.ANSWERED, NOON + timedelta(hours=2)), ("impartiality",)),
        "SM-2026-0004": ((State.WITHDRAWN, NOON), ("blogs",)),
        "SM-2026-0005": ((State.CLAIMED, None), ("blogs",)),
    }
    with_cases(
        storage,
        *(a_case(one, state=state, ended_at=at, topics=topics) for one, ((state, at), topics) in ended.items()),
    )

    with storage.open_unit() as unit:
        assert [c.id for c in unit.cases.answered(["blogs", "gone"], limit=5)] == ["SM-2026-0002", "SM-2026-0001"]
        assert [c.id for c in unit.cases.answered({"blogs"}, limit=1)] == ["SM-2026-0002"]
        assert list(unit.cases.answered((), limit=5)) == []


def test_an_advisor_sees_cases_in_work_soonest_due_first(storage):
    with_cases(
        storage,
        a_case("SM-2026-0001", answer_by=NOON + timedelta(hours=9)),
        a_case("SM-2026-0002", answer_by=NOON + timedelta(hours=3), state=State.REOPENED),
        a_case("SM-2026-0003", state=State.CLOSED),
        a_case("SM-2026-0004", advisor_id="sam-lee"),
    )

    with storage.open_unit() as unit:
        held = unit.cases.of_advisor("maya-okafor")
        load = dict(unit.cases.load())

    assert [case.id for case in held] == ["SM-2026-0002", "SM-2026-0001"]
    assert load == {"maya-okafor": 2, "sam-lee": 1}


def test_only_the_askers_own_waiting_case_of_a_conversation_is_found(storage):
    waiting = a_case(state=State.WAITING_FOR_ASKER)
    with_cases(storage, waiting, a_case("SM-2026-0002"))

    with storage.open_unit() as unit:
        assert unit.cases.waiting_in(waiting.place.key, a_person()) == waiting
        assert unit.cases.waiting_in("C-ELSEWHERE", a_person()) is None
        assert unit.cases.waiting_in(waiting.place.key, a_person("U-OTHER")) is None


# turns


def test_recent_turns_are_the_persons_own_in_order_from_the_moment_on(storage):
    with storage.open_unit() as unit:
        unit.turns.add(a_turn("z", asked_at=NOON))
        unit.turns.add(a_turn("too-old", asked_at=NOON - timedelta(seconds=1)))
        unit.turns.add(a_turn("a", asked_at=NOON))  # asked in the same moment, after z
        unit.turns.add(a_turn("elsewhere", place_key="C-ELSEWHERE"))
        unit.turns.add(a_turn("others", person_key="slack:T-DEPT:U-OTHER"))

        assert [turn.id for turn in unit.turns.recent(a_place().key, a_person(), NOON)] == ["z", "a"]


def test_a_turn_comes_back_whole(storage):
    turn = a_turn(awaiting="account", question_id="question-1")
    with storage.open_unit() as unit:
        unit.turns.add(turn)

        assert unit.turns.get("turn-1") == turn
        assert unit.turns.get("unknown") is None


# questions


@pytest.mark.parametrize("helpful", [True, False, None])
@pytest.mark.parametrize("reason", [Reason.LOW_CONFIDENCE, None])
def test_a_question_comes_back_whole(storage, reason, helpful):
    asked = a_question(reason=reason, helpful=helpful, topics=("blogs", "tip-1"), escalated=True, text="May I? 🙂")
    with storage.open_unit() as unit:
        unit.questions.put(asked)
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.questions.get(asked.id) == asked
        assert unit.questions.get("unknown") is None


def test_a_question_is_kept_in_place_of_what_was_kept_before(storage):
    with storage.open_unit() as unit:
        unit.questions.put(a_question(text="May I?", topics=()))
        unit.questions.put(a_question(verdict=Verdict.NO))

        assert unit.questions.get("question-1") == a_question(verdict=Verdict.NO)


@pytest.mark.parametrize("helped", [True, False])
def test_what_the_asker_says_of_advice_is_no_move_and_outlasts_moves(storage, helped):
    with_cases(storage, a_case())
    moved, event = make_move(a_case(), Move.CLAIM, actor="maya-okafor", at=NOON)

    with storage.open_unit() as unit:
        unit.cases.rate("SM-2026-0001", helped)
        unit.cases.rate("SM-2026-0404", helped)
        unit.cases.save(moved, event)
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.cases.get("SM-2026-0001") == replace(moved, helped=helped)
        assert len(unit.cases.events("SM-2026-0001")) == 2


# deliveries, rota, places


def test_deliveries_are_queued_in_order_and_come_back_whole(storage):
    with_cases(storage, a_case())
    first = a_delivery("event-1#1", reply=a_full_reply(), case_id="SM-2026-0001")
    second = a_delivery("event-1#2", recipient=ToAdvisor("maya-okafor"), replaces=True, case_id="SM-2026-0001")

    with storage.open_unit() as unit:
        unit.outbox.add(first, NOON)
        unit.outbox.add(second, NOON)
        unit.commit()

    assert storage.queued() == [first, second]


def test_a_delivery_whose_key_is_known_is_left_as_it_is(storage):
    with storage.open_unit() as unit:
        unit.outbox.add(a_delivery("event-1#1"), NOON)
        unit.outbox.add(a_delivery("event-1#1", reply=a_full_reply()), NOON)
        unit.commit()

    assert storage.queued() == [a_delivery("event-1#1")]


def test_the_rota_is_replaced_whole_and_keeps_its_order(storage):
    zoe, maya = an_advisor("zoe", addresses=((Platform.EMAIL, "zoe@example.org"),), deputy="maya-okafor"), an_advisor()
    with storage.open_unit() as unit:
        unit.rota.replace(Rota((an_advisor("gone"), maya), duty=("gone",)))
        unit.commit()
    with storage.open_unit() as unit:
        unit.rota.replace(Rota((zoe, maya), duty=("maya-okafor", "zoe")))
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.rota.current() == Rota((zoe, maya), duty=("maya-okafor", "zoe"))


def test_the_rota_keeps_hours_absences_dates_and_its_owner(storage):
    hours = WorkingHours(
        ZoneInfo("Australia/Sydney"), (((time(8), time(12)),),) * 7, "au-nsw", frozenset({NOON.date()})
    )
    maya = an_advisor(
        hours=hours,
        absences=(Absence(date(2026, 12, 21), date(2027, 1, 2)), Absence(date(2027, 5, 1), told=True)),
        serves_from=date(2026, 11, 1),
        serves_until=date(2027, 6, 30),
        back_on=date(2026, 11, 20),
        departments=frozenset({"hmrc", "dwp"}),
        languages=frozenset({"welsh"}),
        manager="zoe",
    )
    people = (Colleague(((Platform.SLACK, "U1"), (Platform.TEAMS, "e-1")), "hmrc", "zoe"), Colleague())
    with storage.open_unit() as unit:
        unit.rota.replace(Rota((an_advisor("zoe"), maya), owner=maya.id, people=people))
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.rota.current() == Rota((an_advisor("zoe"), maya), owner=maya.id, people=people)


def test_of_those_who_change_the_rota_at_once_nobody_is_lost(storage):
    names = [f"advisor-{number}" for number in range(6)]
    with storage.open_unit() as unit:
        unit.rota.replace(Rota(tuple(map(an_advisor, names))))
        unit.commit()

    def go_away(name: str) -> None:
        with storage.open_unit() as unit:
            unit.rota.replace(unit.rota.for_change().with_absence(name, NOON.date(), None))
            unit.commit()

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(go_away, names))

    with storage.open_unit() as unit:
        assert [one.id for one in unit.rota.current().advisors if not one.is_present(NOON.date())] == names


def test_timers_are_kept_once_until_they_fall_due(storage):
    with_cases(storage, a_case())
    timer = Timer("SM-2026-0001", Step.ANSWER_DUE, 1, NOON)

    for due_at in (NOON, NOON + timedelta(hours=1)):
        with storage.open_unit() as unit:
            unit.timers.set([replace(timer, due_at=due_at)], NOON)
            unit.commit()

    assert storage.set_timers() == [timer]


def test_who_left_the_rota_keeps_their_cases(storage):
    with_cases(storage, a_case(advisor_id="gone"))
    with storage.open_unit() as unit:
        unit.rota.replace(Rota((an_advisor(),)))
        unit.commit()

    with storage.open_unit() as unit:
        assert [case.id for case in unit.cases.of_advisor("gone")] == ["SM-2026-0001"]


def test_the_newest_place_is_kept_under_each_id(storage):
    person = a_person(ids=("U-ASKER", "W-ASKER"))
    newest = replace(a_place("D-2"), reference={"channel": "D-2"})
    for place in (a_place("D-1"), newest):
        with storage.open_unit() as unit:
            unit.places.remember(person, place)
            unit.commit()

    assert storage.place_of(Platform.SLACK, "U-ASKER") == newest
    assert storage.place_of(Platform.SLACK, "W-ASKER") == newest
    assert storage.place_of(Platform.TEAMS, "U-ASKER") is None


# what answers rest on, versions, recalls


def test_a_turn_keeps_what_it_rests_on_and_where_it_was_given(storage):
    turn = a_turn(guidance_version="uk@0123456789ab", passages=("uk/tip-4.1", "uk/blogs.2"), place=a_place())
    with storage.open_unit() as unit:
        unit.turns.add(turn)
        unit.commit()

    with storage.open_unit() as unit:
        assert unit.turns.get(turn.id) == turn


def test_turns_that_rest_on_a_known_version_are_found_oldest_first(storage):
    known = {"guidance_version": "uk@0123456789ab", "passages": ("uk/tip-4.1",)}
    with storage.open_unit() as unit:
        unit.turns.add(a_turn("later", asked_at=NOON + timedelta(hours=1), **known))
        unit.turns.add(a_turn("sooner", **known))
        unit.turns.add(a_turn("first-release"))
        unit.turns.add(a_turn("rests-on-nothing", guidance_version="uk@0123456789ab"))

        assert [turn.id for turn in unit.turns.with_passages()] == ["sooner", "later"]


def test_a_version_is_kept_once_and_comes_back_whole(storage):
    snapshot = snapshot_of(the_small_corpus())
    with storage.open_unit() as unit:
        kept = [unit.guidance.keep(snapshot, NOON), unit.guidance.keep(snapshot, NOON + timedelta(days=1))]
        unit.commit()

    with storage.open_unit() as unit:
        assert kept == [True, False]
        assert unit.guidance.get(snapshot.version) == snapshot
        assert unit.guidance.get("uk@another") is None


def test_versions_are_listed_newest_first(storage):
    with storage.open_unit() as unit:
        for days, version in enumerate(["uk@a", "uk@b"]):
            unit.guidance.keep(Snapshot(version, {}, {}), NOON + timedelta(days=days))

        assert list(unit.guidance.versions().items()) == [("uk@b", NOON + timedelta(days=1)), ("uk@a", NOON)]


def test_a_change_is_told_once_for_each_turn_or_case(storage):
    with storage.open_unit() as unit:
        first, again = (unit.recalls.first_time("turn-1", "uk/tip-4.1@0a", NOON) for _ in range(2))
        unit.commit()
    with storage.open_unit() as unit:
        later = unit.recalls.first_time("turn-1", "uk/tip-4.1@0a", NOON + timedelta(days=100))
        other_change = unit.recalls.first_time("turn-1", "uk/tip-4.1@0b", NOON)
        other_turn = unit.recalls.first_time("turn-2", "uk/tip-4.1@0a", NOON)

    assert (first, again, later, other_change, other_turn) == (True, False, False, True, True)
