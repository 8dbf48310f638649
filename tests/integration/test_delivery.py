import asyncio
import logging
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from adapters import delivery
from adapters.delivery import MOST_ATTEMPTS, OTHER_ROUTES_FROM, Dispatcher
from adapters.storage.engine import writing
from adapters.storage.outbox import LEASE, SqlOutbox, worker_age_s
from adapters.storage.tables import cases
from adapters.storage.unit_of_work import current_rota
from bot.advisors import Rota
from bot.deliveries import ToAdvisor
from bot.errors import DeliveryFailed, StorageUnavailable
from bot.messages import Platform
from bot.wording_advisor import asker_not_reached
from bot.wording_asker import undeliverable
from tests.builders import a_case, a_delivery, a_place, a_reply, an_advisor
from tests.fakes import FixedClock, nothing_to_ring
from tests.integration.storage_helpers import RecordingSender, queue, row_of, store

CASE = "SM-2026-0001"
NOTICE = a_delivery("e#1", recipient=ToAdvisor("maya-okafor"), case_id=CASE)


def failing(**fields):
    def fail(attempt):
        raise DeliveryFailed("channel_not_found", **fields)

    return fail


class Post:
    """A dispatcher with a sender for Slack and one for Teams, over a store with one case and its advisor."""

    def __init__(self, engine, outbox=None):
        self.engine, self.clock = engine, FixedClock()
        self.slack, self.teams = RecordingSender(), RecordingSender()
        self.outbox = outbox or SqlOutbox(engine)
        senders = {Platform.SLACK: self.slack, Platform.TEAMS: self.teams}
        rota = partial(current_rota, engine)
        self.dispatcher = Dispatcher(senders, self.outbox, rota, self.clock, nothing_to_ring, jitter=lambda: 0.5)
        store(engine, case=a_case(), rota=Rota((an_advisor(),)))

    async def run_until_quiet(self):
        """Deliver, letting time pass for what waits."""
        for _ in range(MOST_ATTEMPTS + 2):
            while await self.dispatcher.run_once():
                pass
            self.clock.advance(hours=2)

    def state(self, key="e#1"):
        return row_of(self.engine, key).state


@pytest.fixture
def post(engine):
    return Post(engine)


async def test_a_message_to_a_place_is_sent_there(post):
    queue(post.engine, a_delivery("e#1"))

    assert await post.dispatcher.run_once() == 1
    assert await post.dispatcher.run_once() == 0

    (attempt,) = post.slack.attempts
    assert (attempt.to, attempt.reply, attempt.key) == ("C-ROOM", a_reply(), "e#1")
    assert (attempt.replaces, attempt.ambiguous) == (None, False)
    assert post.state() == "sent"


async def test_an_advisor_is_written_to_at_their_first_address(post):
    queue(post.engine, NOTICE)

    await post.dispatcher.run_once()

    assert [attempt.to for attempt in post.slack.attempts] == ["U-MAYA"]
    assert post.teams.attempts == []


async def test_where_the_first_address_is_no_use_the_next_is_tried_at_once(post):
    post.slack.answer = failing(retryable=False)
    queue(post.engine, NOTICE)

    await post.dispatcher.run_once()

    assert [attempt.to for attempt in post.teams.attempts] == ["entra-maya"]
    assert post.outbox.last_message(CASE, NOTICE.recipient).platform is Platform.TEAMS


async def test_a_passing_failure_is_tried_again_at_the_same_address_later(post):
    post.slack.answer = failing(retryable=True)
    queue(post.engine, NOTICE)
    await post.dispatcher.run_once()
    post.slack.answer = lambda attempt: None

    post.clock.advance(seconds=1.9)
    assert await post.dispatcher.run_once() == 0
    post.clock.advance(seconds=0.1)
    await post.dispatcher.run_once()

    assert [attempt.ambiguous for attempt in post.slack.attempts] == [False, True]
    assert post.teams.attempts == []
    assert post.state() == "sent"


async def test_when_the_platform_names_a_time_it_is_kept_and_nothing_is_in_doubt(post):
    post.slack.answer = failing(retryable=True, after_s=90)
    queue(post.engine, a_delivery("e#1"))
    await post.dispatcher.run_once()

    post.clock.advance(seconds=90.4)
    assert await post.dispatcher.run_once() == 0
    post.clock.advance(seconds=0.1)
    assert await post.dispatcher.run_once() == 1

    assert [attempt.ambiguous for attempt in post.slack.attempts] == [False, False]


async def test_a_failure_that_does_not_pass_leads_to_the_next_address(post):
    post.slack.answer = failing(retryable=True)
    queue(post.engine, NOTICE)

    await post.run_until_quiet()

    assert len(post.slack.attempts) == OTHER_ROUTES_FROM
    assert len(post.teams.attempts) == 1
    assert post.state() == "sent"


async def test_what_the_first_address_may_have_taken_is_looked_for_at_the_next_one(post):
    def refuse_thrice_then_hide(attempt):
        if attempt.to != "C-ROOM":
            return
        refused = len(post.slack.attempts) < OTHER_ROUTES_FROM
        failing(retryable=True, after_s=1 if refused else 0)(attempt)

    post.slack.answer = refuse_thrice_then_hide
    queue(post.engine, a_delivery("e#1", case_id=CASE))

    await post.run_until_quiet()

    assert [attempt.ambiguous for attempt in post.slack.attempts] == [False] * OTHER_ROUTES_FROM + [True]


@pytest.mark.parametrize("retryable", [True, False])
async def test_when_no_address_is_left_the_asker_is_told(post, retryable):
    post.teams.answer = failing(retryable=retryable)
    post.slack.answer = lambda attempt: failing(retryable=retryable)(attempt) if attempt.to == "U-MAYA" else None
    queue(post.engine, NOTICE)

    await post.run_until_quiet()

    tried = [attempt for attempt in post.slack.attempts if attempt.to == "U-MAYA"]
    assert len(tried) == (MOST_ATTEMPTS if retryable else 1)
    assert post.state() == "failed"
    assert post.slack.attempts[-1].to == "C-ROOM"
    assert post.slack.attempts[-1].reply == undeliverable(CASE)


async def test_an_advisor_who_left_the_rota_cannot_be_reached(post):
    with writing(post.engine) as connection:
        connection.execute(update(cases).values(advisor_id="gone"))
    queue(post.engine, a_delivery("e#1", recipient=ToAdvisor("gone"), case_id=CASE))

    await post.run_until_quiet()

    assert post.state() == "failed"
    assert [attempt.reply for attempt in post.slack.attempts] == [undeliverable(CASE)]


async def test_where_a_time_that_was_named_does_not_help_the_waits_grow(post):
    post.slack.answer = failing(retryable=True, after_s=1)
    queue(post.engine, a_delivery("e#1"))

    waits = []
    for _ in range(OTHER_ROUTES_FROM):
        await post.dispatcher.run_once()
        waits.append((row_of(post.engine, "e#1").due_at - post.clock.now()).total_seconds())
        post.clock.advance(seconds=waits[-1])

    assert waits == [1.5, 1.5, 2.0, 4.0]


TO_ASKER = a_delivery("e#1", case_id=CASE)


def refusing(*addresses):
    def refuse(attempt):
        if attempt.to in addresses:
            raise DeliveryFailed("channel_not_found", retryable=False)

    return refuse


async def test_an_asker_who_cannot_be_told_where_they_asked_is_told_directly(post):
    post.slack.answer = refusing("C-ROOM")
    queue(post.engine, TO_ASKER)

    await post.run_until_quiet()

    assert [attempt.to for attempt in post.slack.attempts] == ["C-ROOM", "T-DEPT/U-ASKER"]
    assert post.state() == "sent"


async def test_what_an_advisor_is_told_where_they_wrote_does_not_go_to_the_asker(post):
    post.slack.answer = refusing("C-ROOM")
    queue(post.engine, a_delivery("e#1", recipient=a_place("advisors"), case_id=CASE))

    await post.run_until_quiet()

    assert [attempt.to for attempt in post.slack.attempts] == ["C-ROOM"]
    assert post.state() == "failed"


async def test_an_advisor_hears_that_their_asker_was_not_reached(post):
    post.slack.answer = refusing("C-ROOM", "T-DEPT/U-ASKER")
    queue(post.engine, TO_ASKER)

    await post.run_until_quiet()

    assert post.state() == "failed"
    assert (post.slack.attempts[-1].to, post.slack.attempts[-1].reply) == ("U-MAYA", asker_not_reached(CASE))


async def test_where_neither_side_is_reached_there_is_no_end_of_news(post):
    post.slack.answer = post.teams.answer = failing(retryable=False)
    queue(post.engine, TO_ASKER)

    await post.run_until_quiet()

    assert {attempt.key for attempt in post.slack.attempts} == {"e#1", "e#1#undeliverable"}


async def test_news_that_misses_somebody_who_no_longer_has_the_case_alarms_nobody(post):
    queue(post.engine, a_delivery("e#1", recipient=ToAdvisor("gone"), case_id=CASE))

    await post.run_until_quiet()

    assert post.state() == "failed"
    assert post.slack.attempts == []


async def test_a_card_that_could_not_be_refreshed_alarms_nobody(post):
    post.slack.answer = post.teams.answer = failing(retryable=False)
    queue(post.engine, a_delivery("e#1", recipient=NOTICE.recipient, case_id=CASE, replaces=True))

    await post.run_until_quiet()

    assert post.state() == "failed"
    assert all(attempt.key == "e#1" for attempt in post.slack.attempts)


async def test_a_refreshed_card_takes_the_place_of_the_newest_one(post):
    refresh = a_delivery("e#2", recipient=NOTICE.recipient, case_id=CASE, replaces=True)
    queue(post.engine, NOTICE, refresh)

    await post.run_until_quiet()

    assert [attempt.replaces for attempt in post.slack.attempts] == [None, {"ts": "1.0"}]


async def test_on_another_platform_a_refreshed_card_is_a_new_message(post):
    queue(post.engine, NOTICE)
    await post.dispatcher.run_once()
    post.slack.answer = failing(retryable=False)
    queue(post.engine, a_delivery("e#2", recipient=NOTICE.recipient, case_id=CASE, replaces=True))

    await post.dispatcher.run_once()

    assert [attempt.replaces for attempt in post.teams.attempts] == [None]


async def test_a_sender_with_a_bug_is_retried_as_in_doubt_and_stops_nobody_else(post):
    def stumble(attempt):
        if attempt.key == "e#1" and not attempt.ambiguous:
            raise KeyError("ts")

    post.slack.answer = stumble
    queue(post.engine, a_delivery("e#1"), a_delivery("e#2", recipient=a_place("other")))

    await post.run_until_quiet()

    assert sorted(attempt.key for attempt in post.slack.attempts) == ["e#1", "e#1", "e#2"]
    assert (post.state("e#1"), post.state("e#2")) == ("sent", "sent")


async def test_a_send_that_hangs_is_cut_off_and_retried(post, monkeypatch):
    monkeypatch.setattr(delivery, "SEND_TIMEOUT_S", 0.01)

    async def hang(*_, **__):
        await asyncio.Event().wait()

    monkeypatch.setattr(post.slack, "send_to_place", hang)
    queue(post.engine, a_delivery("e#1"))

    await post.dispatcher.run_once()

    row = row_of(post.engine, "e#1")
    assert (row.state, row.doubtful, row.last_error) == ("pending", True, "TimeoutError")


async def test_who_died_in_the_last_attempt_is_not_followed_by_another(post):
    queue(post.engine, a_delivery("e#1"))
    for _ in range(MOST_ATTEMPTS):
        post.outbox.claim(post.clock.now(), platforms={Platform.SLACK})
        post.outbox.mark_sending("e#1", post.clock.now())
        post.clock.advance(minutes=5)

    await post.dispatcher.run_once()

    assert (post.state(), post.slack.attempts) == ("failed", [])


async def test_what_was_just_queued_is_delivered_at_once_in_order(post):
    queue(post.engine, a_delivery("e#1"), a_delivery("e#2"), a_delivery("other#1", recipient=a_place("x")))

    await post.dispatcher.deliver_now(["e#1", "e#2"])
    await post.dispatcher.deliver_now([])

    assert [attempt.key for attempt in post.slack.attempts] == ["e#1", "e#2"]
    assert post.state("other#1") == "pending"


class FlakyOutbox(SqlOutbox):
    outages = 0

    def _claim(self, *args):
        if self.outages:
            self.outages -= 1
            raise StorageUnavailable("the database failed")
        return super()._claim(*args)


class ForgetfulOutbox(SqlOutbox):
    """One whose database is away while outcomes are to be written down."""

    outages = 0

    def _ended(self, key):
        self._away()
        return super()._ended(key)

    def mark_sent(self, *args):
        self._away()
        return super().mark_sent(*args)

    def _away(self):
        if self.outages:
            self.outages -= 1
            raise StorageUnavailable("the database failed")


@pytest.mark.parametrize(
    ("answer", "state"),
    [(lambda attempt: None, "sent"), (failing(retryable=True), "pending"), (failing(retryable=False), "failed")],
)
async def test_an_outcome_is_kept_until_the_database_is_back(engine, monkeypatch, answer, state):
    monkeypatch.setattr(delivery, "OUTCOME_PAUSE_S", 0.001)
    outbox = ForgetfulOutbox(engine)
    post = Post(engine, outbox)
    post.slack.answer, outbox.outages = answer, 3
    queue(engine, a_delivery("e#1"))

    await post.dispatcher.run_once()

    assert (post.state(), len(post.slack.attempts)) == (state, 1)


async def test_an_outcome_is_not_kept_for_ever(engine, monkeypatch):
    monkeypatch.setattr(delivery, "OUTCOME_PAUSE_S", 0.001)
    monkeypatch.setattr(delivery, "OUTCOME_KEPT_S", 0.0)
    outbox = ForgetfulOutbox(engine)
    post = Post(engine, outbox)
    outbox.outages = 1_000_000
    queue(engine, a_delivery("e#1"))

    with pytest.raises(StorageUnavailable):
        await post.dispatcher.run_once()

    assert post.state() == "sending"  # so whoever takes it up asks the platform first


@pytest.mark.parametrize(("took_s", "tried"), [(LEASE.total_seconds() - 1, 1), (LEASE.total_seconds(), 0)])
async def test_a_second_route_is_tried_only_under_a_lease_of_its_own(post, took_s, tried):
    def slow(attempt):
        post.clock.advance(seconds=took_s)
        raise DeliveryFailed("channel_not_found", retryable=False)

    def as_slow(attempt):
        post.clock.advance(seconds=took_s)

    post.slack.answer, post.teams.answer = slow, as_slow
    queue(post.engine, NOTICE)

    await post.dispatcher.run_once()

    assert len(post.teams.attempts) == tried
    assert post.state() == ("sent" if tried else "sending")


async def test_delivering_at_once_leaves_an_outage_to_the_worker(engine):
    outbox = FlakyOutbox(engine)
    post = Post(engine, outbox)
    queue(engine, a_delivery("e#1"))
    outbox.outages = 1

    await post.dispatcher.deliver_now(["e#1"])

    assert post.state() == "pending"


async def test_a_worker_outlives_an_outage_shows_that_it_lives_and_stops_when_told(engine, monkeypatch):
    monkeypatch.setattr(delivery, "IDLE_S", 0.001)
    outbox = FlakyOutbox(engine)
    post, stop = Post(engine, outbox), asyncio.Event()
    outbox.outages = 2
    queue(engine, a_delivery("e#1"))
    post.slack.answer = lambda attempt: stop.set()

    async with asyncio.timeout(5):
        await post.dispatcher.run_forever(stop)

    assert post.state() == "sent"
    assert worker_age_s(engine, post.clock.now() + timedelta(seconds=3)) == 3.0


async def test_a_slow_message_holds_up_nobody_else(post, monkeypatch):
    monkeypatch.setattr(delivery, "IDLE_S", 0.001)
    stop, begun, answered, other_sent = (asyncio.Event() for _ in range(4))
    send = post.slack.send_to_place

    async def slow(reference, reply, **keywords):
        if keywords["key"] == "e#1":
            begun.set()
            await answered.wait()
        else:
            other_sent.set()
        return await send(reference, reply, **keywords)

    monkeypatch.setattr(post.slack, "send_to_place", slow)
    queue(post.engine, a_delivery("e#1"))
    async with asyncio.timeout(5):
        worker = asyncio.create_task(post.dispatcher.run_forever(stop))
        await begun.wait()
        queue(post.engine, a_delivery("e#2", recipient=a_place("other")))
        await other_sent.wait()
        stop.set()
        answered.set()
        await worker

    assert post.state() == "sent"  # what was in hand was finished first


async def test_logs_hold_ids_and_nobodys_words(post, caplog):
    caplog.set_level(logging.DEBUG)
    post.slack.answer = failing(retryable=False)
    post.teams.answer = failing(retryable=True)
    queue(post.engine, a_delivery("e#1", recipient=NOTICE.recipient, reply=a_reply("SECRET"), case_id=CASE))
    queue(post.engine, a_delivery("e#2", reply=a_reply("SECRET")))

    await post.run_until_quiet()

    ours = [record for record in caplog.records if record.name == "adapters.delivery"]
    assert {record.getMessage() for record in ours} == {
        "delivery.route_failed",
        "delivery.retried",
        "delivery.failed",
    }
    assert {record.delivery_key for record in ours} == {"e#1", "e#2", "e#1#undeliverable"}
    assert not any(word in str(vars(record)) for record in caplog.records for word in ("SECRET", "Okafor"))
