"""Deliveries → Teams: to a conversation, or to a person's own chat with the bot."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.delivery import Sent
from adapters.teams.cards import to_activity
from adapters.teams.inbound import text_at
from adapters.teams.port import GLOBAL_SERVICE_URL, CannotUpdate, TeamsPort
from bot import wording
from bot.errors import DeliveryFailed
from bot.replies import Reply

log = logging.getLogger(__name__)

PlaceOf = Callable[[str], Awaitable[Mapping[str, object] | None]]
NewestPlace = Callable[[], Awaitable[Mapping[str, object] | None]]


async def _nowhere() -> None:
    return None


@dataclass(frozen=True, slots=True)
class TeamsSender:
    """The delivery worker's Sender for Teams.

    `place_of` finds the stored reference of a person's own chat by Entra object id, or None. A person without one
    is written to in a chat opened at the service address and in the tenant of `newest_place`, the reference stored
    last from anybody, since addresses differ by region and change; before there is one, at `service_url` in
    `tenant`. "" for either means never.

    An ambiguous delivery is sent again: Teams has no key by which the first one could be looked up, and every
    button does its work once however often it is shown. A replacement is the same the second time anyway.
    """

    port: TeamsPort
    place_of: PlaceOf
    tenant: str = ""
    service_url: str = GLOBAL_SERVICE_URL
    newest_place: NewestPlace = _nowhere

    async def send_to_place(
        self,
        reference: Mapping[str, object],
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Send to a conversation, or replace the message `replaces` names; raises DeliveryFailed.

        A reference with a `person`, as inbound makes it for what concerns one person alone, leads to their own chat.
        """
        if person_id := text_at(reference, "person"):
            return await self._send_aside(person_id, reference, reply, key=key, replaces=replaces, ambiguous=ambiguous)
        activity = to_activity(reply)
        if replaces and (sent := await self._replace(replaces, activity)):
            return sent
        return Sent({"reference": dict(reference), "activity_id": await self.port.send(reference, activity)})

    async def send_to_person(
        self,
        person_id: str,
        reply: Reply,
        *,
        key: str,
        replaces: Mapping[str, object] | None,
        ambiguous: bool,
    ) -> Sent:
        """Send to a person's own chat with the bot.

        Raises:
            DeliveryFailed: not retryable when they have not opened the app in Teams.
        """
        activity = to_activity(reply)
        if replaces and (sent := await self._replace(replaces, activity)):
            return sent
        reference = await self.place_of(person_id) or await self._open(person_id)
        return Sent({"reference": dict(reference), "activity_id": await self.port.send(reference, activity)})

    async def _send_aside(self, person_id: str, reference: Mapping[str, object], reply: Reply, **how: Any) -> Sent:
        """Write to a person's own chat, and say where they wrote that it is there, or why it is not."""
        written_in = reference["in"]
        assert isinstance(written_in, Mapping)
        try:
            sent = await self.send_to_person(person_id, reply, **how)
        except DeliveryFailed as error:
            if error.retryable:
                raise
            told = await self.port.send(written_in, to_activity(wording.open_own_chat()))
            return Sent({"reference": dict(written_in), "activity_id": told})
        if reference.get("typed") is True:
            try:
                await self.port.send(written_in, to_activity(wording.told_in_own_chat()))
            except DeliveryFailed as error:  # what was asked for has arrived; it must not be sent twice
                log.warning("teams.not_told", extra={"reason": error.reason})
        return sent

    async def _replace(self, replaces: Mapping[str, object], activity: Mapping[str, object]) -> Sent | None:
        """Update the message sent before; None when it is gone and a new one is due."""
        reference, activity_id = replaces.get("reference"), text_at(replaces, "activity_id")
        if not isinstance(reference, Mapping) or not activity_id:
            return None
        try:
            await self.port.update(reference, activity_id, activity)
        except CannotUpdate:
            return None
        return Sent(replaces)

    async def _open(self, person_id: str) -> Mapping[str, object]:
        unknown = f"{person_id} has not opened the app in Teams yet"
        newest = await self.newest_place() or {}
        service_url = text_at(newest, "service_url") or self.service_url
        tenant = text_at(newest, "tenant") or self.tenant
        if not (tenant and service_url):
            raise DeliveryFailed(unknown, retryable=False)
        try:
            return await self.port.open_conversation(
                person_id, service_url=service_url, tenant=tenant, bot_id=text_at(newest, "bot_id")
            )
        except DeliveryFailed as error:
            if error.retryable:
                raise
            raise DeliveryFailed(unknown, retryable=False) from error
