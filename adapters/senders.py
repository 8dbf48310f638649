"""The ways out: one Sender for each platform that the settings configure."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.bootstrap import Application
from adapters.delivery import Sender
from adapters.mail.sender import MailSender
from adapters.slack.clients import InstalledWorkspaces, OneWorkspace, SlackClients, web_client
from adapters.slack.sender import SlackSender
from adapters.teams.port import TeamsPort
from adapters.teams.sender import TeamsSender
from bot.messages import Platform


@dataclass(frozen=True)
class Senders:
    """What can be sent on; the clients of Slack and the Teams port are shared with the way in."""

    by_platform: Mapping[Platform, Sender]
    teams_port: TeamsPort | None
    slack_clients: SlackClients | None = None


@asynccontextmanager
async def open_senders(application: Application) -> AsyncIterator[Senders]:
    """Make the Senders, and let go of their connections at the end."""
    settings = application.settings
    by_platform: dict[Platform, Sender] = {}
    slack_clients = _slack_clients(application) if settings.slack_configured else None
    if slack_clients:
        by_platform[Platform.SLACK] = SlackSender(slack_clients)
    if settings.mail_server:
        by_platform[Platform.EMAIL] = MailSender(settings.mail_server, application.links)
    port = TeamsPort.from_settings(settings) if settings.teams_configured else None
    if port:

        async def place_of(person_id: str) -> Mapping[str, object] | None:
            place = await asyncio.to_thread(application.outbox.place_of, Platform.TEAMS, person_id)
            return place.reference if place else None

        async def newest_place() -> Mapping[str, object] | None:
            place = await asyncio.to_thread(application.outbox.newest_place, Platform.TEAMS)
            return place.reference if place else None

        by_platform[Platform.TEAMS] = TeamsSender(
            port, place_of, settings.microsoft_app_tenant_id, newest_place=newest_place
        )
        await port.warm()
    try:
        yield Senders(by_platform, port, slack_clients)
    finally:
        if port:
            port.close()


def _slack_clients(application: Application) -> SlackClients:
    settings = application.settings
    if settings.slack_many_workspaces:
        return InstalledWorkspaces(settings, application.installations, application.clock)
    return OneWorkspace(web_client(settings))
