import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.delivery import Dispatcher
from adapters.storage.engine import reading
from adapters.storage.outbox import LEASE, SentMessage, SqlOutbox, worker_age_s
from adapters.storage.tables import deliveries
from adapters.storage.unit_of_work import SqlUnitOfWork
from bot.advisors import Rota
from bot.deliveries import ToAdvisor
from bot.messages import AskQuestion, Envelope, Platform
from bot.privacy import Kind
from tests.builders import NOON, a_case, a_delivery, a_full_reply, a_person, a_place
from tests.fakes import FixedClock, nothing_to_ring
from tests.integration.storage_helpers import RecordingSender, queue, row_of, store

HERE = frozenset({Platform.SLACK})
SENT = SentMessage(Platform.SLACK, "C-ROOM", {"ts": "1.0"})


def claimed_keys(outbox, now=NOON, **options):
    return [one.key for one in outbox.claim(now, platforms=HERE, **options)]


def send(outbox, key, now=NOON, sent=SENT):
    outbox.claim_keys([key], now, platforms=HERE)
    assert outbox.mark_sending(key, now)
    outbox.mark_sent(key, sent, now)


def test_a_claimed_delivery_comes_whole(either_engine):
    store(either_engine, case=a_case())
    queue(either_engine, a_delivery("e#1", reply=a_full_reply(), case_id="SM-2026-0001", replaces=True))

    (claimed,) = SqlOutbox(either_engine).claim(NOON, platforms=HERE)

    assert (claimed.key, claimed.recipient, claimed.case_id) == ("e#1", a_place(), "SM-2026-0001")
    assert (claimed.reply, claimed.replaces) == (a_full_reply(), True)
    assert (claimed.attempts, claimed.ambiguous) == (0, False)


def test_a_kept_question_is_taken_up_whole_when_its_time_is_over_and_by_one_worker(either_engine):
    person, place = a_person(zone="Europe/Paris"), a_place(reference={"channel": "C-ROOM", "received_at": 1.5})
    question = AskQuestion(Envelope("event-1", person, place), "May I?", {"account": "personal"}, (Kind.PHONE,))
    until = NOON + timedelta(seconds=20)
    with SqlUnitOfWork(either_engine) as unit:
        unit.inbox.keep(question, NOON, until)
        unit.commit()
    first, second = SqlOutbox(either_engine), SqlOutbox(either_engine)

    too_early = first.claim_kept(until - timedelta(seconds=1))
    claims = [first.claim_kept(until), second.claim_kept(until)]
    later = second.claim_kept(until + LEASE)

    assert (too_early, claims, later) == ([], [[question], []], [question])


def test_one_recipient_gets_one_message_at_a_time_in_order(either_engine):
    outbox = SqlOutbox(either_engine)
    queue(either_engine, a_delivery("e#1"), a_delivery("e#2"), a_delivery("e#3", recipient=ToAdvisor("maya")))

    first = claimed_keys(outbox)
    meanwhile = claimed_keys(outbox)
    outbox.mark_sending("e#1", NOON)
    still_sending = claimed_keys(outbox)
    outbox.mark_sent("e#1", SENT, NOON)
    after = claimed_keys(outbox)

    assert (first, meanwhile, still_sending, after) == (["e#1", "e#3"], [], [], ["e#2"])


def test_a_message_being_retried_holds_back_those_behind_it(either_engine):
    outbox = SqlOutbox(either_engine)
    queue(either_engine, a_delivery("e#1"), a_delivery("e#2"))
    outbox.claim(NOON, platforms=HERE)
    outbox.mark_sending("e#1", NOON)
    outbox.retry_later("e#1", NOON + timedelta(seconds=30), "busy", doubtful=False)

    assert claimed_keys(outbox, NOON + timedelta(seconds=29)) == []
    assert claimed_keys(outbox, NOON + timedelta(seconds=30)) == ["e#1"]


def test_a_message_being_retried_holds_back_its_own_case_alone(either_engine):
    outbox, cases = SqlOutbox(either_engine), ("SM-2026-0001", "SM-2026-0002", "SM-2026-0003")
    for case_id in cases:
        store(either_engine, case=a_case(case_id))
    queue(either_engine, *(a_delivery(f"{case_id}#1", case_id=case_id) for case_id in cases[:2]))
    queue(either_engine, *(a_delivery(f"{case_id}#2", case_id=case_id) for case_id in cases))
    outbox.claim(NOON, platforms=HERE)
    outbox.mark_sending("SM-2026-0001#1", NOON)
    outbox.retry_later("SM-2026-0001#1", NOON + timedelta(hours=1), "busy", doubtful=False)

    taken = []
    while claimed := claimed_keys(outbox):
        taken += claimed
        outbox.mark_sent(claimed[0], SENT, NOON)

    assert taken == ["SM-2026-0002#1", "SM-2026-0002#2", "SM-2026-0003#2"]
    assert claimed_keys(outbox, NOON + timedelta(hours=1)) == ["SM-2026-0001#1"]


def test_what_is_due_later_holds_nobody_back(either_engine):
    queue(either_engine, a_delivery("reminder#1"), at=NOON + timedelta(hours=2))
    queue(either_engine, a_delivery("e#1"))

    assert claimed_keys(SqlOutbox(either_engine)) == ["e#1"]


def test_places_on_platforms_elsewhere_are_left_to_others(either_engine):
    queue(either_engine, a_delivery("e#1", recipient=a_place("chat", platform=Platform.TERMINAL)))
    outbox = SqlOutbox(either_engine)

    assert claimed_keys(outbox) == []
    assert [one.key for one in outbox.claim(NOON, platforms={Platform.TERMINAL})] == ["e#1"]


def test_two_claimers_never_share_a_row(either_engine):
    keys = [f"e#{number}" for number in range(60)]
    queue(either_engine, *(a_delivery(key, recipient=a_place(key)) for key in keys))

    def claim_all(number):
        outbox, mine = SqlOutbox(either_engine, f"worker-{number}"), []
        while taken := claimed_keys(outbox, limit=4):
            mine += taken
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(claim_all, range(4)))

    assert sorted(key for share in shares for key in share) == sorted(keys)


def test_a_claim_that_was_never_begun_is_taken_over_when_its_lease_ends(either_engine):
    queue(either_engine, a_delivery("e#1"))
    dead, living = SqlOutbox(either_engine, "dead"), SqlOutbox(either_engine, "living")
    dead.claim(NOON, platforms=HERE)

    assert claimed_keys(living, NOON + LEASE - timedelta(seconds=1)) == []
    (taken,) = living.claim(NOON + LEASE, platforms=HERE)
    assert not taken.ambiguous
    assert not dead.mark_sending("e#1", NOON + LEASE)


def test_a_send_whose_lease_ended_is_taken_over_as_ambiguous(either_engine):
    queue(either_engine, a_delivery("e#1"), a_delivery("e#2"))
    dead, living = SqlOutbox(either_engine, "dead"), SqlOutbox(either_engine, "living")
    dead.claim(NOON, platforms=HERE)
    dead.mark_sending("e#1", NOON)

    (taken,) = living.claim(NOON + LEASE, platforms=HERE)

    assert (taken.key, taken.ambiguous, taken.attempts) == ("e#1", True, 1)


def test_a_late_word_from_the_old_holder_changes_nothing_but_a_success(either_engine):
    queue(either_engine, a_delivery("e#1"))
    slow, other = SqlOutbox(either_engine, "slow"), SqlOutbox(either_engine, "other")
    slow.claim(NOON, platforms=HERE)
    slow.mark_sending("e#1", NOON)
    other.claim(NOON + LEASE, platforms=HERE)
    other.mark_sending("e#1", NOON + LEASE)

    slow.retry_later("e#1", NOON, "late", doubtful=False)
    slow.give_up("e#1", "late", NOON, then=a_delivery("e#1#undeliverable"))
    assert row_of(either_engine, "e#1").state == "sending"
    slow.mark_sent("e#1", SENT, NOON)

    assert row_of(either_engine, "e#1").state == "sent"
    assert claimed_keys(SqlOutbox(either_engine), NOON + 3 * LEASE) == []


def test_a_doubtful_retry_stays_ambiguous(either_engine):
    queue(either_engine, a_delivery("e#1"))
    outbox = SqlOutbox(either_engine)
    for doubtful in (True, False):
        outbox.claim(NOON, platforms=HERE)
        outbox.mark_sending("e#1", NOON)
        outbox.retry_later("e#1", NOON, "timed out", doubtful=doubtful)

    (claimed,) = outbox.claim(NOON, platforms=HERE)

    assert (claimed.ambiguous, claimed.attempts) == (True, 2)


def test_only_the_keys_asked_for_are_claimed_by_the_same_rules(either_engine):
    queue(either_engine, a_delivery("old#1"), a_delivery("e#1"), a_delivery("e#2", recipient=ToAdvisor("maya")))

    taken = SqlOutbox(either_engine).claim_keys(["e#1", "e#2"], NOON, platforms=HERE)

    assert [one.key for one in taken] == ["e#2"]  # e#1 waits behind old#1, in the same place


def test_a_stopping_worker_gives_back_what_it_has_not_begun(either_engine):
    outbox = SqlOutbox(either_engine)
    queue(either_engine, a_delivery("e#1"), a_delivery("e#2", recipient=a_place("other")))
    outbox.claim(NOON, platforms=HERE)
    outbox.mark_sending("e#1", NOON)

    outbox.release()

    assert claimed_keys(SqlOutbox(either_engine)) == ["e#2"]


@pytest.mark.parametrize("end", ["sent", "failed"])
def test_what_people_wrote_is_forgotten_at_the_end(either_engine, end):
    outbox = SqlOutbox(either_engine)
    queue(either_engine, a_delivery("e#1"))
    outbox.claim(NOON, platforms=HERE)
    outbox.mark_sending("e#1", NOON)

    if end == "sent":
        outbox.mark_sent("e#1", SENT, NOON)
    else:
        outbox.give_up("e#1", "channel_not_found " * 50, NOON)

    row = row_of(either_engine, "e#1")
    assert (row.state, row.reply, row.lease_owner) == (end, None, None)
    assert len(row.last_error or "") <= 200


def test_the_newest_sent_message_of_a_case_to_a_recipient_is_found(either_engine):
    outbox, maya = SqlOutbox(either_engine), ToAdvisor("maya")
    store(either_engine, case=a_case())
    store(either_engine, case=a_case("SM-2026-0002"))
    to_maya = {"recipient": maya, "case_id": "SM-2026-0001"}
    queue(either_engine, a_delivery("e#1", **to_maya), a_delivery("e#2", **to_maya))
    queue(either_engine, a_delivery("e#3", recipient=maya, case_id="SM-2026-0002"))
    queue(either_engine, a_delivery("e#4", case_id="SM-2026-0001"), a_delivery("e#5", **to_maya))
    assert outbox.last_message("SM-2026-0001", maya) is None

    for number in range(1, 5):
        send(outbox, f"e#{number}", sent=SentMessage(Platform.SLACK, "U-MAYA", {"ts": f"{number}.0"}))

    newest = SentMessage(Platform.SLACK, "U-MAYA", {"ts": "2.0"})
    assert outbox.last_message("SM-2026-0001", maya) == newest  # e#5 is not sent yet


def test_a_workers_age_is_told(either_engine):
    outbox = SqlOutbox(either_engine)
    never = worker_age_s(either_engine, NOON)
    outbox.beat(NOON)
    outbox.beat(NOON + timedelta(seconds=5))

    assert (never, worker_age_s(either_engine, NOON + timedelta(seconds=12))) == (None, 7.0)


async def test_a_worker_killed_in_mid_delivery_loses_nothing(either_engine, tmp_path):
    keys = [f"e#{number}" for number in range(30)]
    begun = datetime.now(UTC)
    queue(either_engine, *(a_delivery(key, recipient=a_place(key)) for key in keys), at=begun)
    taken_by_platform = tmp_path / "sent"
    url = either_engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "tests.integration.worker_that_records", url, str(taken_by_platform)]
    )
    try:
        deadline = time.monotonic() + 20
        while sum(1 for key in keys if row_of(either_engine, key).state == "sent") < 3:
            assert worker.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)  # noqa: ASYNC251
    finally:
        worker.kill()
        worker.wait()
    before = set(taken_by_platform.read_text().split())
    with reading(either_engine) as connection:
        confirmed = set(connection.execute(select(deliveries.c.key).where(deliveries.c.state == "sent")).scalars())

    sender, clock = (
        RecordingSender(),
        FixedClock(datetime.now(UTC) + 2 * LEASE),
    )  # by its clock the lease has ended
    successor = Dispatcher({Platform.SLACK: sender}, SqlOutbox(either_engine), Rota, clock, nothing_to_ring)
    while await successor.run_once():
        pass

    again = {attempt.key for attempt in sender.attempts}
    assert before | again == set(keys)
    assert again.isdisjoint(confirmed)
    assert before - confirmed  # it did die in mid-send, and those are sent again as ambiguous only
    assert all(attempt.ambiguous for attempt in sender.attempts if attempt.key in before)
    assert all(row_of(either_engine, key).state == "sent" for key in keys)
