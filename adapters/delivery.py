"""Delivers what the outbox holds: picks the route, sends, tries again, and says so when it cannot."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

from adapters.metrics import DELIVERIES
from adapters.storage.outbox import ClaimedDelivery, Parties, SentMessage, SqlOutbox
from bot.advisors import Rota
from bot.deadlines import Timer, weightiest_first
from bot.deliveries import Delivery, ToAdvisor
from bot.errors import ChangedMeanwhile, DeliveryFailed, StorageUnavailable
from bot.messages import AskQuestion, Place, Platform
from bot.ports import Clock
from bot.replies import Reply
from bot.wording_advisor import asker_not_reached
from bot.wording_asker import undeliverable

Result = TypeVar("Result")

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 14  # three hours and more
OTHER_ROUTES_FROM = 4  # the attempt from which even a passing failure sends us to an advisor's next address
SEND_TIMEOUT_S = 15.0  # of one route; ends within outbox.LEASE
OUTCOME_KEPT_S = 300.0  # how long an outcome that the database cannot take is held for it
OUTCOME_PAUSE_S = 0.2
LONGEST_WAIT_S = 3600.0
BATCH = 20
OUTBOX_THREADS = 4
IDLE_S = 0.5
BUSY_S = 0.001
BEAT_EVERY = timedelta(seconds=5)
SWEEP_EVERY = timedelta(hours=1)  # how often it is looked whether the day's sweep is done
_LONGEST_OUTAGE_WAIT_S = 5.0
_AFTER_A_BUG_S = 30.0
_NEWS = "#undeliverable"  # what the keys of news about a message that did not arrive end with


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that arrived: the platform's reference to it, JSON-ready. `replaces` brings it back."""

    message: Mapping[str, object]


class Sender(Protocol):
    """One platform's way out.

    Both methods take `key`, the delivery's own, the same at every attempt; `replaces`, the reference of the
    message whose place this one takes (None: a new message; if it cannot be edited any more, send a new one);
    and `ambiguous`: an earlier attempt may have arrived, so look for `key` on the platform first where that
    is possible. Both raise DeliveryFailed; whatever else they raise is retried, as it may have arrived.
    """

    async def send_to_person(
        self,
        person_id: str,
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Write to somebody directly, wherever the platform lets us."""
        ...

    async def send_to_place(
        self,
        reference: Mapping[str, object],
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Write into a conversation: `reference` is a Place's."""
        ...


@dataclass(frozen=True, slots=True)
class _Route:
    platform: Platform
    address: str
    send: Callable[..., Awaitable[Sent]]  # all that is missing are the keywords


class Dispatcher:
    """Takes deliveries from the outbox and sends them on the platforms it has a Sender for."""

    def __init__(
        self,
        senders: Mapping[Platform, Sender],
        outbox: SqlOutbox,
        rota: Callable[[], Rota],
        clock: Clock,
        on_timer: Callable[[Timer], Sequence[Delivery]],
        *,
        on_kept: Callable[[AskQuestion], object] = lambda question: None,
        sweep: Callable[[], object] = lambda: None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """
        Args:
            on_timer: does what a timer is for, and gives what that led to; empty when it has nothing to do any more.
            on_kept: answers a question that was kept, unless another process has.
        """
        self._senders, self._outbox, self._rota = senders, outbox, rota
        self._clock, self._on_timer, self._on_kept = clock, on_timer, on_kept
        self._sweep, self._jitter = sweep, jitter
        # threads of its own: what became of a message must not queue behind the questions that a web process is asked
        self._threads = ThreadPoolExecutor(OUTBOX_THREADS, thread_name_prefix="outbox")

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def run_once(self) -> int:
        """Do what timers are due for, and deliver what is due, one batch of each.

        Returns:
            How many were taken in hand, sent or not.

        Raises:
            StorageUnavailable: what was in hand is taken up again when its lease ends.
        """
        rang = await self._ring_what_is_due() + await self._answer_what_was_kept()
        claimed = await self._claim(BATCH)
        await self._deliver_all(claimed)
        return rang + len(claimed)

    async def _claim(self, limit: int) -> list[ClaimedDelivery]:
        claim = partial(self._outbox.claim, platforms=self._senders.keys(), limit=limit)
        return await self._in_thread(claim, self._clock.now())

    async def _answer_what_was_kept(self) -> int:
        kept = await self._in_thread(self._outbox.claim_kept, self._clock.now())
        for question in kept:
            await asyncio.to_thread(self._on_kept, question)
        return len(kept)

    async def _ring_what_is_due(self) -> int:
        timers = await self._in_thread(self._outbox.claim_timers, self._clock.now())
        for case_id in dict.fromkeys(timer.case_id for timer in timers):
            await self._ring([timer for timer in timers if timer.case_id == case_id])
        return len(timers)

    async def _ring(self, due: Sequence[Timer]) -> None:
        """Do what timers of one case are for that fell due together: the first that acts voids the others.

        When one met another move on its case, or a bug, all of them ring again when their lease ends.
        """
        for timer in weightiest_first(due):
            facts = {"timer": timer.key, "case_id": timer.case_id}
            try:
                acted = bool(await asyncio.to_thread(self._on_timer, timer))
            except ChangedMeanwhile:
                return log.info("timer.met_another_move", extra=facts)
            except StorageUnavailable:
                raise
            except Exception as error:  # one bad timer must hold up neither other cases nor the deliveries
                return log.error("timer.failed", extra={**facts, "error": type(error).__name__})
            log.info("timer.rang", extra={**facts, "acted": acted})
            if acted:
                break
        return await self._in_thread(self._outbox.mark_done, due, self._clock.now())

    async def deliver_now(self, keys: Sequence[str]) -> None:
        """Deliver what was queued a moment ago. What cannot be done now is left to a worker."""
        claim = partial(self._outbox.claim_keys, platforms=self._senders.keys())
        left = list(keys)
        try:
            while left and (claimed := await self._in_thread(claim, left, self._clock.now())):
                await self._deliver_all(claimed)
                left = [key for key in left if key not in {one.key for one in claimed}]
        except StorageUnavailable:
            log.warning("delivery.left_to_worker", extra={"delivery_keys": list(keys)})

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; then finish what is in hand and give back the rest.

        A database that goes away is waited for.
        """
        try:
            await self._deliver_until(stop)
        finally:
            with suppress(StorageUnavailable):
                await self._in_thread(self._outbox.release)

    async def _deliver_until(self, stop: asyncio.Event) -> None:
        """Keep up to BATCH deliveries under way, so that a slow one holds up nobody but its own recipient."""
        log.info("worker.started")
        outages, next_beat = 0, self._clock.now()
        next_sweep = next_beat
        under_way: set[asyncio.Task[None]] = set()
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            try:
                if (now := self._clock.now()) >= next_beat:
                    await self._in_thread(self._outbox.beat, now)
                    next_beat = now + BEAT_EVERY
                if now >= next_sweep:
                    next_sweep = now + SWEEP_EVERY
                    await self._sweep_quietly()
                pause_s = BUSY_S if await self._begin_more(under_way) else IDLE_S
                outages = 0
            except StorageUnavailable:
                outages += 1
                pause_s = min(2.0**outages * IDLE_S, _LONGEST_OUTAGE_WAIT_S)
                log.warning("worker.storage_unavailable", extra={"outages": outages, "pause_s": pause_s})
            except Exception as error:  # outlive a bug; no traceback, which could hold people's words
                pause_s = _AFTER_A_BUG_S
                log.error("worker.failed", extra={"error": type(error).__name__})
            await asyncio.wait({stopping, *under_way}, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _begin_more(self, under_way: set[asyncio.Task[None]]) -> int:
        """Ring what is due and begin what there is room for.

        Returns:
            How many were taken in hand.

        Raises:
            The first error of the deliveries that ended since.
        """
        ended = [task for task in under_way if task.done()]
        under_way.difference_update(ended)
        errors = [error for task in ended if (error := task.exception())]
        if errors:
            raise errors[0]
        rang = await self._ring_what_is_due() + await self._answer_what_was_kept()
        room = BATCH - len(under_way)
        claimed = await self._claim(room) if room else []
        under_way.update(asyncio.create_task(self._deliver(one)) for one in claimed)
        return rang + len(claimed)

    async def _sweep_quietly(self) -> None:
        """Sweep; one that fails is tried again an hour later and holds nothing up."""
        try:
            await asyncio.to_thread(self._sweep)
        except Exception as error:
            log.error("worker.sweep_failed", extra={"error": type(error).__name__})

    async def _deliver_all(self, claimed: Sequence[ClaimedDelivery]) -> None:
        """Deliver side by side; the first error is raised when all are through."""
        outcomes = await asyncio.gather(*(self._deliver(one) for one in claimed), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _deliver(self, claimed: ClaimedDelivery) -> None:
        attempt = claimed.attempts + 1
        if attempt > MOST_ATTEMPTS:  # whoever made the last one died in it
            return await self._give_up(claimed, "no outcome known")
        if not await self._in_thread(self._outbox.mark_sending, claimed.key, self._clock.now()):
            return log.warning("delivery.lease_lost", extra=_facts(claimed))
        outcome = await self._try_routes(claimed, attempt)
        if outcome is None:
            return log.warning("delivery.lease_lost", extra=_facts(claimed))
        if isinstance(outcome, SentMessage):
            await self._keep(partial(self._outbox.mark_sent, claimed.key, outcome, self._clock.now()))
            DELIVERIES.labels("sent").inc()
            return log.info("delivery.sent", extra={**_facts(claimed), "platform": outcome.platform.value})
        if outcome.retryable and attempt < MOST_ATTEMPTS:
            return await self._retry_later(claimed, attempt, outcome)
        return await self._give_up(claimed, outcome.reason)

    async def _keep(self, outcome: Callable[[], None]) -> None:
        """Write down what became of a message, through an outage too: an outcome forgotten is a message in doubt.

        Raises:
            StorageUnavailable: the outage was too long.
        """
        until = time.monotonic() + OUTCOME_KEPT_S
        while True:
            try:
                return await self._in_thread(outcome)
            except StorageUnavailable:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(OUTCOME_PAUSE_S)

    async def _try_routes(self, claimed: ClaimedDelivery, attempt: int) -> SentMessage | DeliveryFailed | None:
        """The message where it arrived, or the failure that decides what happens next; None when our lease ended
        between two routes and nothing more may be sent.
        """
        passing: DeliveryFailed | None = None
        failure = DeliveryFailed("no route", retryable=False)
        last = None
        if claimed.replaces:
            last = await self._in_thread(self._outbox.last_message, claimed.case_id, claimed.recipient)
        begun, ambiguous = False, claimed.ambiguous
        async for route in self._routes(claimed):
            if begun and not await self._in_thread(self._outbox.renew, claimed.key, self._clock.now()):
                return None
            begun = True
            same_route = last is not None and (last.platform, last.address) == (route.platform, route.address)
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    sent = await route.send(
                        claimed.reply,
                        key=claimed.key,
                        replaces=last.reference if last and same_route else None,
                        ambiguous=ambiguous,
                    )
                return SentMessage(route.platform, route.address, sent.message)
            except DeliveryFailed as error:
                failure = error
            except Exception as error:
                failure = DeliveryFailed(type(error).__name__, retryable=True)
            log.warning("delivery.route_failed", extra={**_facts(claimed), "platform": route.platform.value})
            if failure.retryable:
                passing = passing or failure
                ambiguous = ambiguous or _may_have_arrived(failure)  # and the next route may lead to the same chat
                if attempt < OTHER_ROUTES_FROM:
                    break
        return passing or failure

    async def _routes(self, claimed: ClaimedDelivery) -> AsyncIterator[_Route]:
        """Where to try, best first; nowhere when the advisor left or none of their platforms is configured.

        What an asker is told of their case, and cannot be told where they asked, goes to them directly.
        """
        recipient, senders = claimed.recipient, self._senders
        if isinstance(recipient, ToAdvisor):
            advisor = (await self._in_thread(self._rota)).get(recipient.advisor_id)
            for platform, person_id in advisor.addresses if advisor else ():
                if platform in senders:
                    yield _Route(platform, person_id, partial(senders[platform].send_to_person, person_id))
            return
        sender = senders[recipient.platform]
        yield _Route(recipient.platform, recipient.key, partial(sender.send_to_place, recipient.reference))
        parties = await self._parties(claimed)
        if parties and parties.place.key == recipient.key and parties.asker.platform is recipient.platform:
            asker = parties.asker.address
            yield _Route(recipient.platform, asker, partial(sender.send_to_person, asker))

    async def _parties(self, claimed: ClaimedDelivery) -> Parties | None:
        return await self._in_thread(self._outbox.parties, claimed.case_id) if claimed.case_id else None

    async def _retry_later(self, claimed: ClaimedDelivery, attempt: int, failure: DeliveryFailed) -> None:
        """Wait 2 s, 4 s, 8 s… an hour, give or take half of it. Where we are told a time, wait that and up to a
        second more, and two steps less than otherwise: only when it does not help again and again the waits grow."""
        told = failure.after_s > 0
        wait_s = min(2.0 ** (attempt - 2 if told else attempt), LONGEST_WAIT_S) * (0.5 + self._jitter())
        if told:
            wait_s = max(wait_s, failure.after_s + self._jitter())
        due_at = self._clock.now() + timedelta(seconds=wait_s)
        doubtful = _may_have_arrived(failure)
        await self._keep(partial(self._outbox.retry_later, claimed.key, due_at, failure.reason, doubtful=doubtful))
        DELIVERIES.labels("put_off").inc()
        log.warning("delivery.retried", extra={**_facts(claimed), "due_at": due_at.isoformat()})

    async def _give_up(self, claimed: ClaimedDelivery, reason: str) -> None:
        DELIVERIES.labels("given_up").inc()
        log.error("delivery.failed", extra=_facts(claimed))
        then = await self._news(claimed)
        await self._keep(partial(self._outbox.give_up, claimed.key, reason, self._clock.now(), then=then))

    async def _news(self, claimed: ClaimedDelivery) -> Delivery | None:
        """What one side of a case is told when the other was not reached; nothing when only an older card grew stale,
        the case has gone on to somebody else, or this was such news itself."""
        parties = await self._parties(claimed)
        if parties is None or claimed.replaces or claimed.key.endswith(_NEWS):
            return None
        key, case_id, advisor = f"{claimed.key}{_NEWS}", claimed.case_id, ToAdvisor(parties.advisor_id)
        if claimed.recipient == advisor:
            return Delivery(key, parties.place, undeliverable(case_id), case_id)
        if isinstance(claimed.recipient, Place) and claimed.recipient.key == parties.place.key:
            return Delivery(key, advisor, asker_not_reached(case_id), case_id)
        return None


def _may_have_arrived(failure: DeliveryFailed) -> bool:
    """Who names a time has refused; other passing failures may hide a yes."""
    return failure.after_s <= 0


def _facts(claimed: ClaimedDelivery) -> dict[str, object]:
    return {"delivery_key": claimed.key, "case_id": claimed.case_id, "attempts": claimed.attempts}
