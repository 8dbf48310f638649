"""The Slack app: takes payloads over HTTP or Socket Mode, saves what they ask, and only then acknowledges."""

import asyncio
import logging
import re
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from cachetools import TTLCache
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.metrics import LIMITED, REDELIVERED, REFUSED, THROTTLED, timed
from adapters.slack import inbound
from adapters.slack.clients import OneWorkspace, SlackClients, sdk_log, web_client
from adapters.slack.manifest import ASK_SHORTCUT, EVENTS_PATH
from adapters.slack.modals import to_modal, to_read
from adapters.slack.pane import Pane
from adapters.slack.sender import SlackSender
from adapters.slack.surfaces import Surfaces
from adapters.slack.who import Standing, Who
from bot import wording, wording_forms
from bot.errors import DeliveryFailed, OverLimit, StorageUnavailable
from bot.filled_in import faults
from bot.forms import TEXT, UNTIL
from bot.messages import AskAdvisor, AskQuestion, GoOn, Message, written_in
from bot.replies import Prompt, Reply
from bot.settings import Outsiders, Settings
from bot.views import Views

log = logging.getLogger(__name__)

Handle = Callable[[Message], Awaitable[None]]

LARGEST_BODY = 1_000_000  # bytes; Slack's own payloads stay far below
ACKNOWLEDGE_WITHIN_S = 2.5  # Slack waits three seconds
TELL_WITHIN_S = 1.5
SIGN = "eyes"  # the reaction that tells that a question was seen
MOST_MARKED, MARKED_FOR_S = 10_000, 600.0  # messages, as long as Slack brings an event again
SIGN_AFTER_S = 0.1  # by then it is known whether a message is taken; most are saved sooner
_ANY = re.compile(".*", re.DOTALL)


def build_app(
    settings: Settings, handle: Handle, views: Views | None = None, clients: SlackClients | None = None
) -> AsyncApp:
    """The Bolt app.

    Args:
        clients: whose token answers which workspace; None for the one whose token the settings hold.
        handle: stores and queues a message; raises StorageUnavailable or OverLimit when nothing was saved. A
            message with an event_id it has seen must do nothing: Slack redelivers, and Bolt passes that on.
        views: looks up what is shown beside messages; without them there is no Home tab, pane or longer form.
    """
    secret = settings.slack_signing_secret
    clients = clients or OneWorkspace(web_client(settings))
    app = AsyncApp(
        name="smpolicy",
        # without a secret of Slack's (Socket Mode) nothing that comes by HTTP may pass, so not an empty one
        signing_secret=secret.get_secret_value() if secret else secrets.token_hex(32),
        client=AsyncWebClient(base_url=settings.slack_api_url, logger=sdk_log),
        authorize=_authorize(clients),
        user_facing_authorize_error_message=wording.not_installed().text,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        logger=sdk_log,
    )
    room = _Room(handle, clients, views, settings.outsiders)
    app.event("app_uninstalled")(room.on_removal)
    app.event("tokens_revoked")(room.on_removal)
    app.event(_ANY)(room.on_event)
    app.command(_ANY)(room.on_command)
    app.shortcut(_ANY)(room.on_shortcut)
    app.action(_ANY)(room.on_action)
    app.view(_ANY)(room.on_submission)
    app.error(_on_error)
    return app


def add_routes(site: web.Application, app: AsyncApp) -> None:
    """Take Slack's requests at POST /slack/events: 401 for a bad signature, 400 for what cannot be read."""

    async def receive(request: web.Request) -> web.Response:
        if (request.content_length or 0) > LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length or 0)
        if not _could_be_signed(request):
            raise web.HTTPUnauthorized
        try:
            asked = await to_bolt_request(request)
        except web.HTTPException:
            raise
        except Exception as error:  # Bolt reads before it verifies, so this may be anything
            log.warning("slack.unreadable", extra={"error": type(error).__name__})
            raise web.HTTPBadRequest from None
        return await to_aiohttp_response(await app.async_dispatch(asked))

    site.router.add_post(EVENTS_PATH, receive)


async def run_socket_mode(app: AsyncApp, app_token: str, stop: asyncio.Event) -> None:
    """Take Slack's requests over a WebSocket until told to stop; no public address is needed.

    Raises:
        SlackApiError: the token is refused.
    """
    handler = AsyncSocketModeHandler(app, app_token)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        log.info("slack.socket_mode_connected")
        await stop.wait()
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def _could_be_signed(request: web.Request) -> bool:
    """Whether the headers of a signature are such that Bolt's check does not stumble over them."""
    stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
    signature = request.headers.get("X-Slack-Signature", "")
    return re.fullmatch(r"[0-9]{1,20}", stamp) is not None and signature.isascii()


class _Room:
    """The handlers, and what they share."""

    def __init__(self, handle: Handle, clients: SlackClients, views: Views | None, outsiders: Outsiders) -> None:
        self._handle, self._clients, self._sender = handle, clients, SlackSender(clients)
        self._outsiders, self._who = outsiders, Who()
        self._marked: TTLCache[tuple[str, str], bool] = TTLCache(MOST_MARKED, MARKED_FOR_S)  # channels and timestamps
        self._own_ids: dict[str, str] = {}  # by workspace
        self._running: set[asyncio.Task[None]] = set()
        self._surfaces = Surfaces(views, self._client_of, self._start, self._tell_person) if views else None
        self._pane = Pane(views, self._client_of, self._start) if views else None

    @timed("slack", "event")
    async def on_event(self, body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse:
        """Acknowledge an event once it is saved; 503 makes Slack bring it again."""
        is_first = "x-slack-retry-num" not in request.headers
        if not is_first:
            REDELIVERED.labels("slack").inc()
        own_id = inbound.own_user_id(body) or await self._look_up_own_id(inbound.workspace(body))
        message = inbound.event_to_message(body, own_id)
        if message is None:
            self._show(body)
            return BoltResponse(status=200)
        if await self._is_refused(body, message):
            if is_first and not isinstance(message, GoOn):
                self._start(self._tell_sender(body, message, wording.outsider()))
            return BoltResponse(status=200)
        if self._pane and is_first:
            await self._pane.looking(body, message)
        saving = asyncio.ensure_future(self._saved(message))
        if isinstance(message, AskQuestion | AskAdvisor) and inbound.can_be_marked(body):
            self._start(self._mark(body, saving))
        try:
            saved = await saving
        except OverLimit as over:
            if over.tell:
                self._start(self._tell_sender(body, message, wording.over_limit()))
            return BoltResponse(status=200)
        if saved:
            if self._pane:
                self._pane.saved(body, message)
            return BoltResponse(status=200)
        if is_first and not isinstance(message, GoOn):  # which may have been meant for others
            await self._tell_place(message, wording.trying_again())
        return BoltResponse(status=503)

    def _show(self, body: dict[str, Any]) -> None:
        """Show what belongs where somebody has gone: their Home tab, or suggestions in the pane."""
        if self._surfaces and self._pane:
            self._surfaces.refresh(body)
            self._pane.on_started(body)

    async def on_removal(self, body: dict[str, Any]) -> BoltResponse:
        """Forget the tokens of a workspace that removed us; 503 makes Slack tell us again."""
        if inbound.is_removal(body):
            try:
                await self._clients.forget(inbound.workspace(body), inbound.happened_at(body, datetime.now(UTC)))
            except StorageUnavailable:
                log.warning("slack.not_forgotten")
                return BoltResponse(status=503)
        return BoltResponse(status=200)

    @timed("slack", "command")
    async def on_command(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        """Acknowledge a command without text: Slack may show that above an answer sent before it."""
        message = inbound.command_to_message(body, received_at=time.time())
        if message is None:
            return await ack()
        if await self._is_refused(body):
            return await ack(wording.outsider().text)
        try:
            if await self._saved_in_time(message, body):
                return await ack()
        except OverLimit as over:
            return await (ack(wording.over_limit().text) if over.tell else ack())
        return await ack(wording.out_of_order().text)

    @timed("slack", "shortcut")
    async def on_shortcut(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        """Check the message it was chosen on, or open the form to ask; one that is not ours is left."""
        if await self._is_refused(body):
            await self._tell_person(body, wording.outsider())
            return await ack()
        if self._surfaces and body.get("callback_id") == ASK_SHORTCUT:
            await self._surfaces.on_ask_shortcut(body)
            return await ack()
        message = inbound.shortcut_to_message(body, received_at=time.time())
        if message is None:
            return await ack()
        await self._take(message, body)
        return await ack()

    @timed("slack", "action")
    async def on_action(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        """Open the form of a button, or do what it says."""
        if body.get("type") != "block_actions":
            return await ack()
        if await self._is_refused(body):
            await self._tell_person(body, wording.outsider())
            return await ack()
        pressed, received_at = inbound.pressed_button(body), time.time()
        if self._surfaces and await self._surfaces.on_action(body, received_at=received_at):
            return await ack()
        if pressed and pressed.prompt:
            carried = inbound.carried_by_modal(body, pressed, received_at=received_at)
            if carried and not await self._opened(body, pressed.prompt, carried):
                await self._tell_person(body, wording.out_of_order())
            return await ack()
        message = inbound.action_to_message(body, pressed, received_at=received_at) if pressed else None
        if message is None:
            await self._tell_person(body, wording.unknown_button())
        elif await self._take(message, body) and self._surfaces:
            self._surfaces.refresh(body)
        return await ack()

    @timed("slack", "view")
    async def on_submission(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        """Take what was typed in a form, or say at the field why not: what was typed stays there."""
        if await self._is_refused(body):
            return await _at_field(ack, wording.outsider(), inbound.first_field(body))
        form = inbound.submitted_form(body)
        if form is None:
            return await _at_field(ack, wording.unknown_button(), TEXT)
        if found := faults(form.verb, form.value, datetime.now(ZoneInfo(wording.ZONE)).date()):
            errors = {name: reply.text for name, reply in found.items()}
            return await ack(response_action="errors", errors=errors)
        if self._surfaces and form.verb == "check":
            return await ack(response_action="update", view=await self._surfaces.checked(form.value[TEXT]))
        message = inbound.submission_to_message(body, received_at=time.time())
        named = TEXT if TEXT in form.value else UNTIL
        if message is None:
            return await _at_field(ack, wording.unknown_button(), named)
        try:
            if not await self._saved_in_time(message, body, written_in(message)):
                return await _at_field(ack, wording.out_of_order(), named)
        except OverLimit:
            return await _at_field(ack, wording.over_limit(), named)
        if self._surfaces:
            self._surfaces.refresh(body)
        if form.verb == "ask":
            view = to_read(wording_forms.TITLES["ask"], wording_forms.asked())
            return await ack(response_action="update", view=view)
        return await ack()

    async def _is_refused(self, body: dict[str, Any], message: Message | None = None) -> bool:
        """Whether somebody may not ask. What may not be meant for us is not worth asking Slack who wrote it: only
        whoever has asked before is heard there."""
        if self._outsiders == "all":
            return False
        person, standing = inbound.person_acting(body), Standing.MEMBER
        if inbound.is_stranger(body):
            standing = Standing.STRANGER
        elif person and not isinstance(message, GoOn):
            standing = await self._who.standing(person.tenant, person.ids[0], lambda: self._client_of(body))
        if standing.may_ask(self._outsiders):
            return False
        if not isinstance(message, GoOn):
            REFUSED.labels("slack", standing.value).inc()
        return True

    async def _take(self, message: Message, body: dict[str, Any]) -> bool:
        """Save what was pressed or chosen, or tell whoever did why not."""
        try:
            if await self._saved_in_time(message, body):
                return True
            await self._tell_person(body, wording.out_of_order())
        except OverLimit as over:
            if over.tell:
                await self._tell_person(body, wording.over_limit())
        return False

    async def _mark(self, body: dict[str, Any], saving: "asyncio.Future[bool]") -> None:
        """Show on a question that it was seen, unless it is known by then that it is not taken."""
        await asyncio.wait((saving,), timeout=SIGN_AFTER_S)
        if saving.done() and (saving.exception() or not saving.result()):
            return
        event = body["event"]
        message = (event["channel"], event["ts"])
        if message in self._marked:  # an event that came again
            return
        self._marked[message] = True
        try:
            client = await self._client_of(body)
            await client.reactions_add(channel=message[0], timestamp=message[1], name=SIGN)
        except SlackApiError as error:  # seen before, not permitted, too many at once: the answer comes all the same
            if error.response.status_code == 429:
                THROTTLED.labels("slack", "reactions.add").inc()
        except (DeliveryFailed, aiohttp.ClientError, TimeoutError, OSError):
            pass

    async def _saved(self, message: Message) -> bool:
        event_id = message.envelope.event_id
        try:
            await self._handle(message)
        except OverLimit as over:
            LIMITED.labels("slack", over.scope).inc()
            log.info("slack.limited", extra={"event_id": event_id, "scope": over.scope})
            raise
        except StorageUnavailable:
            log.warning("slack.not_saved", extra={"event_id": event_id})
            return False
        except Exception as error:  # an entry point: whatever it was, the person is told the truth
            log.error("slack.failed", extra={"event_id": event_id, **_facts(error)})
            return False
        return True

    async def _saved_in_time(self, message: Message, body: dict[str, Any], written: str = "") -> bool:
        """Whether it was saved, or may still be: then a failure is told later, with what was written in a form."""
        saving = asyncio.ensure_future(self._saved(message))
        await asyncio.wait((saving,), timeout=ACKNOWLEDGE_WITHIN_S)
        if saving.done():
            return saving.result()

        async def tell_if_it_fails() -> None:
            try:
                if not await saving:
                    told = wording_forms.not_sent(written) if written else wording.out_of_order()
                    await self._tell_person(body, told)
            except OverLimit as over:
                if over.tell:
                    await self._tell_person(body, wording.over_limit())

        self._start(tell_if_it_fails())
        return True

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("slack.not_shown", extra={"error": type(error).__name__})

    async def _opened(self, body: dict[str, Any], prompt: Prompt, carried: dict[str, object]) -> bool:
        """Open a button's form; its trigger is good for three seconds and once."""
        try:
            view = to_modal(prompt, carried)
            async with asyncio.timeout(ACKNOWLEDGE_WITHIN_S):
                client = await self._client_of(body)
                await client.views_open(trigger_id=str(body.get("trigger_id", "")), view=view)
        except (DeliveryFailed, SlackApiError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("slack.form_not_opened", extra={"error": type(error).__name__})
            return False
        return True

    async def _tell_place(self, message: Message, reply: Reply) -> None:
        envelope = message.envelope
        key = f"{envelope.event_id}#not_saved"
        sending = self._sender.send_to_place(envelope.place.reference, reply, key=key, replaces=None, ambiguous=False)
        await _best_effort(sending)

    async def _tell_sender(self, body: dict[str, Any], message: Message, reply: Reply) -> None:
        """Tell whoever wrote something, and nobody else, past the outbox."""
        if place := inbound.place_for_one(body, received_at=time.time()):
            key = f"{message.envelope.event_id}#not_taken"
            sending = self._sender.send_to_place(place.reference, reply, key=key, replaces=None, ambiguous=False)
            await _best_effort(sending)

    async def _tell_person(self, body: Mapping[str, Any], reply: Reply) -> None:
        """Show something to whoever pressed or typed, and to nobody else: where they are, else directly."""
        if response_url := body.get("response_url"):
            await _best_effort(self._sender.respond(str(response_url), reply))
        elif person := inbound.person_acting(body):
            key = f"told:{body.get('trigger_id', '')}"
            direct = inbound.direct_place(body, person.ids[0]).reference
            await _best_effort(self._sender.send_to_place(direct, reply, key=key, replaces=None, ambiguous=False))

    async def _client_of(self, body: Mapping[str, Any]) -> AsyncWebClient:
        """The client that may act where a payload comes from. Raises DeliveryFailed when there is none."""
        return await self._clients.of(inbound.workspace(body))

    async def _look_up_own_id(self, workspace: str) -> str:
        """Our user id, asked once; "" while Slack does not tell: then a mention of us stays in the text."""
        if workspace not in self._own_ids:
            try:
                async with asyncio.timeout(TELL_WITHIN_S):
                    answer = await (await self._clients.of(workspace)).auth_test()
                self._own_ids[workspace] = str(answer.get("user_id") or "")
            except (DeliveryFailed, SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("slack.own_id_unknown", extra={"error": type(error).__name__})
        return self._own_ids.get(workspace, "")


async def _at_field(ack: AsyncAck, reply: Reply, name: str) -> BoltResponse:
    return await ack(response_action="errors", errors={name: reply.text})


async def _best_effort(telling: Awaitable[object]) -> None:
    """Tell somebody of a mishap, within the time Slack gives us; the mishap counts more than the telling."""
    try:
        await asyncio.wait_for(telling, TELL_WITHIN_S)
    except (DeliveryFailed, TimeoutError) as error:
        log.warning("slack.not_told", extra={"error": type(error).__name__})


async def _on_error(error: Exception) -> BoltResponse | None:
    """Bolt's last resort. A payload nobody listens to is fine, and 404 would count as a failed delivery."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200)
    log.error("slack.failed", extra=_facts(error))
    return None


def _facts(error: Exception) -> dict[str, str]:
    """An error without its text, which may hold what somebody wrote."""
    return {"error": type(error).__name__, "trace": "".join(traceback.format_tb(error.__traceback__))}


def _authorize(clients: SlackClients) -> Callable[..., Awaitable[AuthorizeResult | None]]:
    """The token of the workspace a request comes from; no result where smpolicy is not installed. Bolt would first ask
    Slack who we are, and take an event for answered when Slack does not reply.

    While the token cannot be had the request is taken all the same: what it asks is saved, and answered later.
    """

    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult | None:
        workspace = enterprise_id if context.is_enterprise_install else team_id
        token = None
        try:
            async with asyncio.timeout(TELL_WITHIN_S):
                token = (await clients.of(workspace or enterprise_id or "")).token
        except DeliveryFailed as error:
            if not error.retryable:
                log.warning("slack.not_installed", extra={"workspace": workspace, "error": error.reason})
                return None
        except TimeoutError:
            log.warning("slack.token_not_read", extra={"workspace": workspace})
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize
