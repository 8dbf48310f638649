"""The web process: takes in what the platforms send, and starts at once to deliver what came of it."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiohttp import web

from adapters.answering import Receiving, answer
from adapters.bootstrap import Application
from adapters.case_page import CasePage
from adapters.delivery import Dispatcher
from adapters.doctor import examine
from adapters.limits import Limits
from adapters.metrics import serve_metrics
from adapters.senders import Senders, open_senders
from adapters.slack.app import add_routes, build_app, run_socket_mode
from adapters.slack.install import add_install_pages
from adapters.storage.migrations import is_current
from adapters.storage.outbox import worker_age_s
from adapters.storage.privacy import sweep_once_a_day
from adapters.teams.app import TeamsRoom
from bot.advisors import uncovered
from bot.deadlines import Timer
from bot.deliveries import Delivery
from bot.errors import OverLimit, SmpolicyError, StorageUnavailable
from bot.messages import AskQuestion, GoOn, Message, Person, Place
from bot.replies import Reply

log = logging.getLogger(__name__)

SWITCH_S = 0.0005  # Python's own 5 ms are what every step of an acknowledgement would wait for the engine
OLDEST_BEAT_S = 90.0  # a full batch of slow sends holds a worker up for half of it


class Site:
    """The routes of one web process over the application's parts."""

    def __init__(self, application: Application, senders: Senders, dispatcher: Dispatcher) -> None:
        self._application, self._senders, self._dispatcher = application, senders, dispatcher
        self._limits = Limits(application.settings)
        self._running: set[asyncio.Task[Any]] = set()
        self._receiving = Receiving(lambda: application.service)
        self._answering = asyncio.Lock()  # the engine keeps the processor busy: two would only hold up the rest

    def build(self, stop: asyncio.Event) -> web.Application:
        """All routes that the settings ask for."""
        site = web.Application()
        site.router.add_get("/healthz", self.healthz)
        site.router.add_get("/readyz", self.readyz)
        settings = self._application.settings
        if self._senders.slack_clients:
            views = self._application.views(self._health)
            slack = build_app(settings, self.handle, views, self._senders.slack_clients)
            if settings.slack_app_token:
                self._start(run_socket_mode(slack, settings.slack_app_token.get_secret_value(), stop))
            if settings.slack_signing_secret:
                add_routes(site, slack)
            if settings.slack_many_workspaces:
                add_install_pages(site, settings, self._application.installations, self._application.clock)
        if self._senders.teams_port:
            port, outsiders = self._senders.teams_port, settings.outsiders
            TeamsRoom(port, self.handle, self.remember, self._look_over, outsiders).add_to(site)
        if links := self._application.links:
            CasePage(links, self._card, self.handle).add_to(site)
        return site

    # The service needs the database, so it is made when it is first asked: a web process starts without one.

    def _look_over(self, draft: str) -> Reply:
        return self._application.service.look_over(draft)

    def _card(self, case_id: str, person: Person) -> Reply:
        return self._application.service.card(case_id, person)

    async def handle(self, message: Message) -> Sequence[Delivery]:
        """Save a question, or what another message leads to; the rest is done without keeping the platform waiting.

        Raises:
            StorageUnavailable, OverLimit: nothing was saved.
        """
        heard = await self._heard(message)
        if heard is None:
            return ()
        message = heard
        if isinstance(message, AskQuestion):
            if kept := await self._receiving.receive(message):
                self._start(self._answer(kept))
            return ()
        queued = await asyncio.to_thread(self._application.service.handle, message)
        if queued:
            self._start(self._deliver(queued))
        return queued

    async def _heard(self, message: Message) -> Message | None:
        """A message within its limits, what somebody in conversation with us means, or None for what is not for us.

        Only what is for us counts; and an advisor who waits for a reply gets it, however much else was asked.

        Raises:
            StorageUnavailable, OverLimit
        """
        if isinstance(message, GoOn):
            if not await asyncio.to_thread(self._application.service.goes_on, message):
                return None
            message = message.meant
        try:
            self._limits.check(message)
        except OverLimit:
            if not await asyncio.to_thread(self._application.service.is_reply_to_advisor, message):
                raise
        return message

    async def _answer(self, question: AskQuestion) -> None:
        async with self._answering:
            try:
                queued = await asyncio.to_thread(answer, self._application.service, question)
            except StorageUnavailable:
                return log.warning("question.left_to_worker", extra={"event_id": question.envelope.event_id})
        return await self._deliver(queued)

    async def _deliver(self, queued: Sequence[Delivery]) -> None:
        await self._dispatcher.deliver_now([delivery.key for delivery in queued])

    async def remember(self, person: Person, place: Place) -> None:
        def save() -> None:
            with self._application.open_unit() as unit:
                unit.places.remember(person, place)
                unit.commit()

        await asyncio.to_thread(save)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("web.background_failed", extra={"error": type(error).__name__})

    async def finish(self) -> None:
        """Wait for deliveries under way; the worker takes up whatever is left."""
        if self._running:
            await asyncio.wait(self._running, timeout=10)

    async def healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(self, request: web.Request) -> web.Response:
        """200 when questions can be answered and cases delivered; 503 with what is missing.

        Topics without an advisor are named, though nothing else needs to stop for them.
        """
        state = await asyncio.to_thread(self._state)
        return web.json_response(state, status=200 if state["ready"] else 503)

    def _health(self) -> Iterator[str]:
        """What readiness and smpolicy doctor tell, a line for each part."""
        ready = "ready to answer and deliver" if self._state()["ready"] else "not ready: see the lines below"
        yield f"{self._application.settings.public_url or 'This service'}: {ready}"
        for finding in examine(self._application):
            yield f"{finding.part} ({finding.health.value}): {finding.said}"

    def _state(self) -> dict[str, Any]:
        now, topics = self._application.clock.now(), self._application.corpus.topics
        try:
            age_s = worker_age_s(self._application.database, now)
            missing = uncovered(self._application.rota(), topics, now.date())
            database = "ready"
        except StorageUnavailable:
            age_s, missing, database = None, (), "unavailable"
        worker = "running" if age_s is not None and age_s < OLDEST_BEAT_S else "not seen lately"
        return {
            "ready": database == "ready" and worker == "running",
            "database": database,
            "worker": worker,
            "topics_without_advisor": list(missing),
            "guidance_version": self._application.corpus.version,
        }


@asynccontextmanager
async def dispatching(application: Application) -> AsyncIterator[tuple[Senders, Dispatcher]]:
    """The ways out that the settings configure, and the figures of this process; closed again at the end."""
    async with AsyncExitStack() as stack:
        stack.callback(serve_metrics(application.settings))
        senders = await stack.enter_async_context(open_senders(application))

        def on_timer(timer: Timer) -> Sequence[Delivery]:
            return application.service.on_timer(timer)

        def sweep() -> object:
            return sweep_once_a_day(application.database, application.clock.now(), application.kept)

        def on_kept(question: AskQuestion) -> object:
            return answer(application.service, question)

        dispatcher = Dispatcher(
            senders.by_platform,
            application.outbox,
            application.rota,
            application.clock,
            on_timer,
            on_kept=on_kept,
            sweep=sweep,
        )
        yield senders, dispatcher


def stop_on_signal() -> asyncio.Event:
    """An event that is set when this process is told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve(application: Application, *, with_worker: bool, started: Callable[[str], None]) -> None:
    """Answer the platforms until told to stop, and deliver as well `with_worker`."""
    settings = application.settings
    sys.setswitchinterval(SWITCH_S)
    stop = stop_on_signal()
    await wait_for_schema(application, stop)
    _ = application.engine  # built before the first question, and before the port opens
    async with dispatching(application) as (senders, dispatcher):
        site = Site(application, senders, dispatcher)
        runner = web.AppRunner(site.build(stop), access_log=None)
        await runner.setup()
        is_public = settings.slack_configured or settings.teams_configured or application.links is not None
        bind = settings.bind if is_public else "127.0.0.1"
        try:
            await web.TCPSite(runner, bind, settings.port).start()
        except OSError as error:
            await runner.cleanup()
            raise SmpolicyError(
                f"Cannot listen on {bind}:{settings.port}: {error.strerror or error}. Set PORT or SMPOLICY_BIND."
            ) from error
        started(f"http://{bind}:{settings.port}")
        try:
            if with_worker:
                await dispatcher.run_forever(stop)
            await stop.wait()
        finally:
            await runner.cleanup()
            await site.finish()


async def wait_for_schema(application: Application, stop: asyncio.Event, *, patience_s: float = 60.0) -> None:
    """Wait until the release step has brought the database up to date.

    Raises:
        SmpolicyError: it did not within `patience_s`.
    """
    for _ in range(int(patience_s)):
        try:
            if await asyncio.to_thread(is_current, application.database):
                return
        except StorageUnavailable:
            log.warning("web.storage_unavailable")
        if stop.is_set():
            return
        await asyncio.sleep(1)
    raise SmpolicyError("The database is not up to date or not there: run smpolicy release, then start again.")
