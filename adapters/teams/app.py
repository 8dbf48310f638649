"""POST /api/messages: authenticate, translate, hand in, answer."""

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.metrics import LIMITED, REFUSED, timed
from adapters.teams.cards import to_activity, to_attachment
from adapters.teams.inbound import (
    Declined,
    draft_to_check,
    event_id,
    is_aside,
    is_card_action,
    is_check,
    is_outsider,
    is_personal,
    person_of,
    place_of,
    text_at,
    to_message,
)
from adapters.teams.port import Refused, TeamsPort
from bot import wording
from bot.errors import DeliveryFailed, OverLimit, StorageUnavailable
from bot.messages import Message, Person, Place
from bot.replies import Reply
from bot.settings import Outsiders

LARGEST_BODY = 256 * 1024  # bytes; Teams' own messages stay below 100 KB
_MESSAGE_TYPE = "application/vnd.microsoft.activity.message"

Handle = Callable[[Message], Awaitable[object]]
Remember = Callable[[Person, Place], Awaitable[None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TeamsRoom:
    """The Teams side of the web process.

    `handle` stores a message and queues what it leads to, or raises StorageUnavailable. `remember` keeps the
    place where a person can be written to directly; it hears of authenticated personal chats only. `look_over`
    checks a draft and keeps nothing of it.
    """

    port: TeamsPort
    handle: Handle
    remember: Remember
    look_over: Callable[[str], Reply]
    outsiders: Outsiders = "refused"

    def add_to(self, app: web.Application) -> None:
        """Answer POST /api/messages."""
        app.router.add_post("/api/messages", self.answer)

    @timed("teams", "activity")
    async def answer(self, request: web.Request) -> web.Response:
        """One activity.

        Returns:
            200 once it is stored or asks for nothing; 400 for what is no activity; 401 and 403 for whoever is
            not let in; 413 above LARGEST_BODY; 501 for invokes we do not offer; 503 when nothing could be
            stored, so that Teams may send it again, and 500 for faults of ours.
        """
        try:
            activity = await _read(request)
            await self.port.authenticate(request.headers.get("Authorization", ""), activity)
        except Refused as refused:
            log.warning("teams.refused", extra={"status": refused.status, "reason": refused.reason})
            return web.json_response({"error": refused.reason}, status=refused.status)
        if text_at(activity, "type") == "invoke" and not (is_card_action(activity) or is_check(activity)):
            return web.Response(status=501)
        try:
            if is_check(activity):
                return await self._check(activity)
            return await self._take(activity)
        except OverLimit as over:
            LIMITED.labels("teams", over.scope).inc()
            return await self._tell(activity, place_of(activity), wording.over_limit(), quietly=not over.tell)
        except Exception as error:
            status = 503 if isinstance(error, StorageUnavailable) else 500
            log.error("teams.not_taken", extra={"event_id": event_id(activity), **_trace(error)})
            return await self._tell(activity, place_of(activity), wording.out_of_order(), status=status)

    async def _take(self, activity: Mapping[str, object]) -> web.Response:
        if is_personal(activity, self.outsiders):
            await self.remember(person_of(activity), place_of(activity))
        message = to_message(activity, self.outsiders)
        if isinstance(message, Declined):
            if is_outsider(activity, self.outsiders):
                REFUSED.labels("teams", "outsider").inc()
            log.info("teams.declined", extra={"event_id": event_id(activity)})
            return await self._tell(activity, message.place, message.reply)
        if message is not None:
            await self.handle(message)
        if not is_card_action(activity):
            return web.Response()
        aside = message is not None and is_aside(message.envelope.place)
        return _invoke_answer(wording.TAKEN_ASIDE if aside else wording.TAKEN)

    async def _check(self, activity: Mapping[str, object]) -> web.Response:
        """Answer a message extension with a dialog that only whoever chose it sees."""
        draft = draft_to_check(activity, self.outsiders)
        if isinstance(draft, Declined):
            return await self._tell(activity, draft.place, draft.reply)
        checked = to_attachment(await asyncio.to_thread(self.look_over, draft))
        dialog = {"title": wording.CHECK_TITLE, "height": "large", "width": "medium", "card": checked}
        return web.json_response({"task": {"type": "continue", "value": dialog}})

    async def _tell(
        self,
        activity: Mapping[str, object],
        place: Place,
        reply: Reply,
        *,
        status: int = 200,
        quietly: bool = False,
    ) -> web.Response:
        """Say something at once, past the outbox; `quietly` only where something must be said: to a pressed button."""
        if is_card_action(activity):
            return _invoke_answer(reply.text)
        if is_check(activity):
            return web.json_response({"task": {"type": "message", "value": reply.text}})
        if text_at(activity, "type") == "message" and not quietly:
            try:
                await self.port.send(place.reference, to_activity(reply))
            except DeliveryFailed as error:
                log.warning("teams.not_told", extra={"event_id": event_id(activity), "reason": error.reason})
        return web.Response(status=status)


async def _read(request: web.Request) -> dict[str, Any]:
    """The body as an activity; raises Refused."""
    if request.content_type != "application/json":
        raise Refused(400, "the body is not JSON")  # and a web page cannot send this type across origins unasked
    body = await request.read()  # aiohttp itself answers 413 above its own, larger limit
    if len(body) > LARGEST_BODY:
        raise Refused(413, "the body is too large")
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the body is not JSON") from error
    if not isinstance(activity, dict) or not text_at(activity, "type"):
        raise Refused(400, "the body is not an activity")
    if not text_at(activity, "serviceUrl") or not text_at(activity, "conversation", "id"):
        raise Refused(400, "the activity does not say where it comes from")
    return activity


def _trace(error: Exception) -> dict[str, str]:
    """Where an error arose, without its words, which may be somebody's question."""
    return {"error": type(error).__name__, "trace": "".join(traceback.format_tb(error.__traceback__))}


def _invoke_answer(text: str) -> web.Response:
    """The answer to adaptiveCard/action. The card itself is replaced by an update from the outbox."""
    return web.json_response({"statusCode": 200, "type": _MESSAGE_TYPE, "value": text})
