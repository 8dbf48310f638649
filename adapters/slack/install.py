"""The pages on which a workspace or a whole organisation installs smpolicy: Bolt's OAuth flow, our own words."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from markupsafe import Markup
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as FromSlack
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.html import PAGE_HEADERS, to_html, to_page
from adapters.slack.clients import call, is_allowed, sdk_log, web_client
from adapters.slack.manifest import BOT_SCOPES, INSTALL_PATH, REDIRECT_PATH
from adapters.storage.installations import STATE_GOOD_FOR, Installation, SqlInstallations
from adapters.storage.token_keys import TokenKeys
from bot import wording_install
from bot.errors import DeliveryFailed, StorageUnavailable
from bot.ports import Clock
from bot.replies import Reply
from bot.settings import Settings

log = logging.getLogger(__name__)

_STATE = "slack install"
# what went wrong, as Bolt's flow calls it → what to tell, and the status
_FAILURES: Mapping[str, tuple[Callable[[], Reply], int]] = {
    "access_denied": (wording_install.declined, 200),
    "invalid_browser": (wording_install.begin_again, 400),
    "invalid_state": (wording_install.begin_again, 400),
    "missing_code": (wording_install.begin_again, 400),
    "not_ours": (wording_install.not_ours, 403),
    "not_kept": (wording_install.not_kept, 503),
    "slack_silent": (wording_install.slack_silent, 503),
}
_OTHERWISE = (wording_install.refused_by_slack, 400)


def add_install_pages(site: web.Application, settings: Settings, installations: SqlInstallations, clock: Clock) -> None:
    """GET /slack/install and GET /slack/oauth_redirect."""
    flow = _Flow(settings, installations, clock)
    site.router.add_get(INSTALL_PATH, _page_of(flow.handle_installation))
    site.router.add_get(REDIRECT_PATH, _page_of(flow.handle_callback))


def _page_of(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Callable[..., Awaitable[web.Response]]:
    async def show(request: web.Request) -> web.Response:
        try:
            shown = await handle(await to_bolt_request(request))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("slack.install_failed", extra={"error": type(error).__name__})
            shown = _failure("slack_silent")
        except Exception as error:  # an entry point: whatever it was, the person is told the truth
            log.error("slack.install_failed", extra={"error": type(error).__name__})
            shown = _failure("not_kept")
        answer = await to_aiohttp_response(shown)
        answer.headers.update(PAGE_HEADERS)
        return answer

    return show


class _NotInstalled(BoltError):  # type: ignore[misc]
    """What Bolt's flow takes for a failure to keep an installation; `reason` is one of _FAILURES."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Flow(AsyncOAuthFlow):  # type: ignore[misc]
    def __init__(self, settings: Settings, installations: SqlInstallations, clock: Clock) -> None:
        secret = settings.slack_client_secret
        self._allowed, self._installations, self._clock = partial(is_allowed, settings), installations, clock
        oauth = AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret.get_secret_value() if secret else "",
            scopes=list(BOT_SCOPES),
            user_scopes=[],
            redirect_uri=f"{settings.public_url.rstrip('/')}{REDIRECT_PATH}",
            installation_store=AsyncInstallationStore(),  # not asked: store_installation below keeps them
            state_store=_States(TokenKeys(settings.keys_of_tokens), installations, clock),
            state_expiration_seconds=int(STATE_GOOD_FOR.total_seconds()),
            callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
            logger=sdk_log,
        )
        super().__init__(client=web_client(settings), logger=sdk_log, settings=oauth)

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        link = Markup('<p><a href="{}">{}</a></p>').format(url, wording_install.CONTINUE)
        return _page(wording_install.install(BOT_SCOPES), link)

    async def store_installation(self, request: AsyncBoltRequest, installation: FromSlack) -> None:
        """Keep it; what is not for us is handed back to Slack. What could not be kept is not: it may be the very token
        that an earlier installation works with.

        Raises:
            _NotInstalled
        """
        workspace = installation.enterprise_id if installation.is_enterprise_install else installation.team_id
        organisation = installation.enterprise_id or ""
        if not workspace or not self._allowed(workspace, organisation):
            log.warning("slack.install_refused", extra={"workspace": workspace})
            await self._hand_back(installation.bot_token or "")
            raise _NotInstalled("not_ours")
        expires_at = installation.bot_token_expires_at
        kept = Installation(
            workspace=workspace,
            organisation=organisation,
            name=(installation.enterprise_name if installation.is_enterprise_install else installation.team_name) or "",
            scopes=tuple(installation.bot_scopes or ()),
            installed_at=self._clock.now(),
            token=installation.bot_token or "",
            refresh_token=installation.bot_refresh_token or "",
            expires_at=datetime.fromtimestamp(expires_at, UTC) if expires_at else None,
        )
        try:
            await asyncio.to_thread(self._installations.save, kept)
        except StorageUnavailable as error:
            raise _NotInstalled("not_kept") from error
        log.info("slack.installed", extra={"workspace": workspace})

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        installation = args.installation
        name = installation.enterprise_name if installation.is_enterprise_install else installation.team_name
        return _response(_page(wording_install.installed(name or "")), 200, forget_state=self._forget_state())

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        reason = args.error.reason if isinstance(args.error, _NotInstalled) else args.reason
        log.warning("slack.install_failed", extra={"error": reason if reason in _FAILURES else "refused"})
        return _failure(reason, forget_state=self._forget_state())

    def _forget_state(self) -> str:
        told: str = self.settings.state_utils.build_set_cookie_for_deletion()
        return told

    async def _hand_back(self, token: str) -> None:
        """Revoke a token that nobody will use; Slack may be asked in vain, and then it ends by itself or stays idle."""
        try:
            await call(self.client.auth_revoke(token=token))
        except DeliveryFailed as error:
            log.warning("slack.token_not_revoked", extra={"error": error.reason})


class _States(AsyncOAuthStateStore):  # type: ignore[misc]
    """States that only we can make, good for ten minutes and once. Nothing is kept before one is used, so that whoever
    opens the page again and again fills no table."""

    def __init__(self, keys: TokenKeys, installations: SqlInstallations, clock: Clock) -> None:
        self._keys, self._installations, self._clock = keys, installations, clock

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        return self._keys.stamp(_STATE, self._clock.now())

    async def async_consume(self, state: str) -> bool:
        now = self._clock.now()
        if not self._keys.is_stamp(state, _STATE, now, STATE_GOOD_FOR):
            return False
        return await asyncio.to_thread(self._installations.use_state, state, now)


def _failure(reason: str, *, forget_state: str = "") -> BoltResponse:
    tell, status = _FAILURES.get(reason, _OTHERWISE)
    again = Markup('<p><a href="{}">{}</a></p>').format(INSTALL_PATH.rpartition("/")[2], wording_install.AGAIN)
    return _response(_page(tell(), again), status, forget_state=forget_state)


def _response(page: str, status: int, *, forget_state: str) -> BoltResponse:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if forget_state:
        headers["Set-Cookie"] = forget_state
    return BoltResponse(status=status, body=page, headers=headers)


def _page(reply: Reply, *below: Markup) -> str:
    return to_page(reply.text, Markup("\n").join([to_html(reply), *below]))
