"""What Slack shows beside messages: Home tabs and modals, looked up and drawn anew when they are opened or used."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import inbound
from adapters.slack.blocks import Json
from adapters.slack.home import to_home
from adapters.slack.inbound import OpenHome, Pressed
from adapters.slack.modals import loading, to_form, to_read
from bot import wording, wording_forms
from bot.errors import DeliveryFailed, StorageUnavailable
from bot.forms import OF_ADVISOR, OF_ASKER, Form
from bot.home import Home, shown_named
from bot.messages import Person
from bot.replies import Reply
from bot.views import Views
from bot.wording_forms import TITLES

log = logging.getLogger(__name__)

OPEN_WITHIN_S = 2.5  # a trigger is good for three seconds
NOT_REACHED = (DeliveryFailed, SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
# what a view says of itself when it was closed or replaced before ours came
_GONE = ("not_found", "hash_conflict", "view_not_found")

Body = Mapping[str, Any]
ClientOf = Callable[[Body], Awaitable[AsyncWebClient]]
Start = Callable[[Coroutine[Any, Any, None]], None]
Tell = Callable[[Body, Reply], Awaitable[None]]


class Surfaces:
    """The Home tab and the modals. Holds nothing between requests."""

    def __init__(self, views: Views, client_of: ClientOf, start: Start, tell: Tell) -> None:
        """Make them.

        Args:
            client_of: a client that may act where a payload comes from.
            start: runs work whose end nobody waits for.
            tell: shows something to whoever pressed.
        """
        self._views, self._client_of, self._start, self._tell = views, client_of, start, tell

    # the Home tab

    def refresh(self, body: Body) -> None:
        """Draw the Home tab anew that a payload belongs to, if it belongs to one."""
        if home := inbound.opened_from_home(body):
            self._start(self._publish(body, home))

    async def _publish(self, body: Body, home: OpenHome) -> None:
        client = await self._client_of(body)
        try:
            await self._publish_once(client, home)
        except SlackApiError as error:
            if _reason(error) != "hash_conflict":
                raise
            # another process was first, perhaps with older news: what is read now is as new as either
            await self._publish_once(client, replace(home, hash=""))

    async def _publish_once(self, client: AsyncWebClient, home: OpenHome) -> None:
        view = to_home(await asyncio.to_thread(self._look_up_home, home.person, home.shown))
        await client.views_publish(user_id=home.person.ids[0], view=view, hash=home.hash or None)

    def _look_up_home(self, person: Person, shown: str) -> Home:
        try:
            return self._views.home(person, shown_named(shown))
        except StorageUnavailable:
            log.warning("slack.home_without_cases")
            return self._views.home_without_cases()

    # modals

    async def on_action(self, body: Body, *, received_at: float) -> bool:
        """Do what a button or a list asks for that shows something; False for one that does something."""
        person, home = inbound.person_acting(body), inbound.opened_from_home(body)
        if person is None:
            return False
        if home and (shown := inbound.picked(body)):
            self._start(self._publish(body, replace(home, shown=shown)))
            return True
        pressed = inbound.pressed_button(body)
        if pressed is None:
            return False
        if pressed.verb == "show_tips":
            await self._open(body, to_read(TITLES["show_tips"], self._views.tips()))
            return True
        if pressed.verb == "show_case" and home:
            case_id = pressed.value.get("case", "")
            await self._open_looked_up(body, "show_case", lambda: self._views.case(case_id, person), {})
            return True
        if pressed.verb not in (*OF_ASKER, *OF_ADVISOR):
            return False
        carried = inbound.carried_by_modal(body, replace(pressed, prompt=None), received_at=received_at)
        if carried:
            await self._open_form(body, pressed, person, carried)
        return carried is not None

    async def on_ask_shortcut(self, body: Body) -> None:
        """Open the form for asking, from wherever somebody is in Slack."""
        if person := inbound.person_acting(body):
            pressed = Pressed("ask", {})
            await self._open_form(body, pressed, person, inbound.carried_directly(body, pressed))

    async def _open_form(self, body: Body, pressed: Pressed, person: Person, carried: Mapping[str, object]) -> None:
        """Open a button's form: at once where nothing is to be looked up, else when that is done."""
        if pressed.verb in OF_ASKER:
            form = self._views.form(pressed.verb, pressed.value, person)
            await self._open(body, _drawn(pressed.verb, form, carried))
            return
        await self._open_looked_up(
            body, pressed.verb, lambda: self._views.form(pressed.verb, pressed.value, person), carried
        )

    async def _open_looked_up(
        self,
        body: Body,
        verb: str,
        look_up: Callable[[], Form | Reply | None],
        carried: Mapping[str, object],
    ) -> None:
        if opened := await self._open(body, loading(TITLES[verb])):
            self._start(self._fill(body, opened, verb, look_up, carried))

    async def _fill(
        self,
        body: Body,
        opened: Mapping[str, Any],
        verb: str,
        look_up: Callable[[], Form | Reply | None],
        carried: Mapping[str, object],
    ) -> None:
        found: Form | Reply | None
        try:
            found = await asyncio.to_thread(look_up)
        except StorageUnavailable:
            log.warning("slack.form_not_looked_up")
            found = wording.out_of_order()
        view = _drawn(verb, found, carried)
        client = await self._client_of(body)
        try:
            await client.views_update(view_id=opened["id"], hash=opened.get("hash"), view=view)
        except SlackApiError as error:
            if _reason(error) not in _GONE:  # else somebody has closed it already
                raise

    async def _open(self, body: Body, view: Json) -> Mapping[str, Any] | None:
        """Open a modal by a trigger, which is good once; None after telling whoever pressed that it did not open."""
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                client = await self._client_of(body)
                answer = await client.views_open(trigger_id=str(body.get("trigger_id", "")), view=view)
        except NOT_REACHED as error:
            log.warning("slack.form_not_opened", extra={"error": type(error).__name__})
            await self._tell(body, wording_forms.did_not_open())
            return None
        opened: Mapping[str, Any] = answer["view"]
        return opened

    async def checked(self, draft: str) -> Json:
        """The modal that shows what a draft should be looked at for; nothing of it goes anywhere else."""
        return to_read(TITLES["check"], await asyncio.to_thread(self._views.look_over, draft))


def _drawn(verb: str, found: Form | Reply | None, carried: Mapping[str, object]) -> Json:
    if isinstance(found, Form):
        return to_form(found, carried)
    return to_read(TITLES[verb], found or wording.unknown_button())


def _reason(error: SlackApiError) -> str:
    return str(error.response.get("error", ""))
