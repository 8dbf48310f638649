"""The Bot Connector behind raw JSON: activities in, activities out. Only this module knows botbuilder.

From botbuilder-core 4.17.1 and botframework-connector come the checks of a request's token
(ChannelValidation), the turn of an outgoing message (BotAdapter, TurnContext), the REST client
(ConnectorClient) and the app's credentials. What they get wrong is mended here; docs/teams.md
lists it by the same numbers:

1. one credentials object for as long as the process lives, so that MSAL keeps its token between turns;
2. keys, tokens and sends go through threads of their own with time limits, never through the event loop;
3. every refusal is a Refused with its HTTP status, instead of a 500 with a traceback;
4. to 7. activities stay raw JSON on the way in, so nothing of an invoke, a tenant or an entity is lost;
8. tenants and service URLs have allow-lists, tokens must end and keys be endorsed;
9. without an app id nothing is accepted, unless the development switch is set, and then from loopback only;
10. what Teams answers to a send becomes a DeliveryFailed that says whether, and when, to try again;
11. all settings lead to the same validation code; tests move only its metadata address;
12. mentions are taken out by inbound.typed_text, on a copy.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import (
    Activity,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
    ResourceResponse,
)
from botframework.connector import ConnectorClient
from botframework.connector.auth import (
    AppCredentials,
    AuthenticationConfiguration,
    AuthenticationConstants,
    ChannelValidation,
    MicrosoftAppCredentials,
    SimpleCredentialProvider,
)
from botframework.connector.auth.jwt_token_extractor import JwtTokenExtractor
from jwt.algorithms import RSAAlgorithm
from msal import ConfidentialClientApplication
from msrest.exceptions import ClientException, HttpOperationError

from adapters.metrics import THROTTLED
from adapters.teams.inbound import tenants_of, text_at
from bot.errors import DeliveryFailed, SmpolicyError
from bot.settings import Settings

GLOBAL_SERVICE_URL = "https://smba.trafficmanager.net/teams/"  # for whom no regional address is known yet
_HOSTS = frozenset({"smba.trafficmanager.net"})
_HOST_ENDINGS = (".botframework.com", ".teams.microsoft.com")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_KEYS_LAST_S = 24 * 3600.0  # Microsoft asks for a refresh at least once a day
_KEYS_REST_S = 300.0  # between two refreshes because of an unknown key
_AFTER_FAILURE_S = 10.0
_METHODS = {"POST": "send", "PUT": "update"}  # of the connector, as the figures call them
_RETRYABLE = frozenset({408, 412, 429, 500, 502, 503, 504})
_REASONS = {
    "MessageWritesBlocked": "the person has blocked or removed the app",
    "BotNotInConversationRoster": "the app is not part of this conversation",
}

log = logging.getLogger(__name__)


class Refused(SmpolicyError):
    """A request that is not let in. `status` is the HTTP answer; `reason` holds no part of the request."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class CannotUpdate(DeliveryFailed):
    """The message to replace is gone, or cannot be edited where it stands: send a new one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, retryable=False)


class KeysUnavailable(SmpolicyError):
    """The signing keys could not be fetched, so no token can be judged now."""


class TeamsPort:
    """One bot registration at the Bot Connector.

    References are the JSON that inbound.place_of makes; activities are the JSON of the Bot Connector.
    """

    def __init__(
        self,
        *,
        app_id: str,
        tenants: frozenset[str],
        credentials: AppCredentials | None,
        unauthenticated: bool = False,
        loopback: bool = False,
        timeout_s: float = 10.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set up a port; nothing is fetched yet.

        Args:
            tenants: the only ones answered; with none, nobody is, except when unauthenticated.
            credentials: of the app, for sending; None only when unauthenticated.
            unauthenticated: take activities without a token, from and to loopback addresses only.
            loopback: let authenticated activities name loopback service URLs as well; for tests.
            timeout_s: longest wait for an answer from Microsoft, each for connecting and for reading.
        """
        self._app_id = app_id
        self._tenants = tenants
        self._unauthenticated = unauthenticated
        self._loopback = loopback or unauthenticated
        self._timeout_s = timeout_s
        # a development port holds no token that a strange service URL could be sent
        self._credentials = AppCredentials(app_id="") if unauthenticated or credentials is None else credentials
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="teams")
        self._clients: dict[str, ConnectorClient] = {}
        self._adapter = _ConnectorAdapter(self._call)
        metadata = (
            ChannelValidation.open_id_metadata_endpoint
            or AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL
        )
        self._keys = _SigningKeys(metadata, self._threads, timeout_s, monotonic)
        JwtTokenExtractor.metadataCache[metadata] = self._keys

    @classmethod
    def from_settings(cls, settings: Settings) -> "TeamsPort":
        """The port of a deployment."""
        secret = settings.microsoft_app_password
        is_single = settings.microsoft_app_type == "SingleTenant"
        credentials = _Credentials(
            settings.microsoft_app_id,
            secret.get_secret_value() if secret else "",
            settings.microsoft_app_tenant_id if is_single else "",
        )
        return cls(
            app_id=settings.microsoft_app_id,
            tenants=frozenset({settings.microsoft_app_tenant_id} - {""}),
            credentials=None if settings.teams_unauthenticated else credentials,
            unauthenticated=settings.teams_unauthenticated,
        )

    async def warm(self) -> None:
        """Fetch keys and a token, so that the first person need not wait. Failures are only logged."""
        if self._unauthenticated:
            return
        loop = asyncio.get_running_loop()
        token = loop.run_in_executor(self._threads, self._credentials.get_access_token)
        done = await asyncio.gather(self._keys.refresh(), token, return_exceptions=True)
        for error in done:
            if isinstance(error, Exception):
                log.warning("teams.not_warm", extra={"error": type(error).__name__})

    def close(self) -> None:
        """Let go of the threads; what they are waiting for is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # in

    async def authenticate(self, authorization: str, activity: Mapping[str, object]) -> None:
        """Check that an activity comes from Teams, for us, from an allowed tenant.

        Args:
            authorization: the HTTP header, "" when there was none.

        Raises:
            Refused: 401 for a token that is missing or wrong in any way, 403 for tenants and service URLs
                that are not allowed, 503 when the signing keys cannot be fetched.
        """
        service_url = text_at(activity, "serviceUrl")
        if not self._unauthenticated:
            await self._check_token(authorization, service_url, text_at(activity, "channelId"))
        if not self._is_allowed_host(service_url):
            raise Refused(403, "service URL is not allowed")
        tenants = tenants_of(activity)
        if not self._unauthenticated and (not tenants or not tenants <= self._tenants):
            raise Refused(403, "tenant is not allowed")

    async def _check_token(self, authorization: str, service_url: str, channel_id: str) -> None:
        if not authorization or not self._app_id:
            raise Refused(401, "no token")
        try:
            # the connector's own choice between validations would also take tokens of emulators and skills
            identity = await ChannelValidation.authenticate_channel_token_with_service_url(
                authorization,
                SimpleCredentialProvider(self._app_id, ""),
                service_url,
                channel_id,
                AuthenticationConfiguration(),
            )
        except KeysUnavailable as error:
            raise Refused(503, "signing keys are unavailable") from error
        except PermissionError as error:
            raise Refused(401, str(error.args[0] if error.args else "token refused")) from error
        except Exception as error:  # the connector raises bare Exceptions too; whatever it is, nobody gets in
            raise Refused(401, f"token refused: {type(error).__name__}") from error
        if not isinstance(identity.get_claim_value("exp"), int | float):
            raise Refused(401, "token without an end")

    def _is_allowed_host(self, service_url: str) -> bool:
        try:
            address = urlsplit(service_url)
            host = address.hostname or ""
        except ValueError:
            return False
        if address.username or address.password:
            return False
        if host in _LOOPBACK:
            return self._loopback and address.scheme in ("http", "https")
        if self._unauthenticated or address.scheme != "https":
            return False
        return host in _HOSTS or host.endswith(_HOST_ENDINGS)

    # out

    async def send(self, reference: Mapping[str, object], activity: Mapping[str, object]) -> str:
        """Send a new message to a conversation.

        Returns:
            The activity's id, for updating it later; "" from clients that give none.

        Raises:
            DeliveryFailed: Teams did not take it.
        """
        sent: list[ResourceResponse] = []

        async def turn(context: TurnContext) -> None:
            sent.extend(await context.send_activities([Activity.from_dict(dict(activity))]))

        await self._adapter.continue_conversation(_conversation(reference), turn)
        return str(sent[0].id or "") if sent and sent[0] else ""

    async def update(self, reference: Mapping[str, object], activity_id: str, activity: Mapping[str, object]) -> None:
        """Replace a message that was sent before.

        Raises:
            CannotUpdate: it is gone, or the client cannot edit messages.
            DeliveryFailed: Teams did not take it.
        """

        async def turn(context: TurnContext) -> None:
            model = Activity.from_dict(dict(activity))
            model.id = activity_id
            await context.update_activity(model)

        await self._adapter.continue_conversation(_conversation(reference), turn)

    async def open_conversation(
        self, person_id: str, *, service_url: str, tenant: str, bot_id: str = ""
    ) -> dict[str, object]:
        """Open the 1:1 chat with a person; Teams gives the same one each time.

        Args:
            person_id: the Entra object id.
            bot_id: the id Teams addresses us by; "" makes it from the app id.

        Returns:
            The reference of the chat.

        Raises:
            DeliveryFailed: not retryable where the person does not have the app.
        """
        bot_id = bot_id or f"28:{self._app_id}"
        parameters = ConversationParameters(
            is_group=False,
            bot=ChannelAccount(id=bot_id),
            members=[ChannelAccount(id=person_id)],
            tenant_id=tenant,
            channel_data={"tenant": {"id": tenant}},
        )
        opened = await self._call(service_url, lambda client: client.conversations.create_conversation(parameters))
        return {
            "service_url": opened.service_url if self._is_allowed_host(opened.service_url or "") else service_url,
            "channel_id": "msteams",
            "conversation_id": opened.id,
            "tenant": tenant,
            "bot_id": bot_id,
            "bot_name": "",
            "user_id": person_id,
            "locale": "",
        }

    async def _call(self, service_url: str, work: Callable[[ConnectorClient], Any]) -> Any:
        """Do one REST call in a thread; raises DeliveryFailed."""
        if not self._is_allowed_host(service_url):
            raise DeliveryFailed("the stored service URL is not allowed", retryable=False)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, lambda: work(self._client(service_url)))
        except HttpOperationError as error:
            raise _failure(error) from error
        except (ClientException, requests.RequestException, OSError) as error:
            raise DeliveryFailed(f"Teams could not be reached: {type(error).__name__}", retryable=True) from error

    def _client(self, service_url: str) -> ConnectorClient:
        client = self._clients.get(service_url)
        if client is None:
            client = ConnectorClient(self._credentials, base_url=service_url)
            client.config.connection.timeout = self._timeout_s
            client.config.redirect_policy.max_redirects = 0
            # the client's own retries block a thread, hide Retry-After and know nothing of the outbox
            client.config.retry_policy.retries = 0
            client.config.retry_policy.policy.status_forcelist = ()
            client = self._clients.setdefault(service_url, client)
        return client


class _ConnectorAdapter(BotAdapter):  # type: ignore[misc]
    """botbuilder's turn, with its calls made by the port."""

    def __init__(self, call: Callable[[str, Callable[[ConnectorClient], Any]], Awaitable[Any]]) -> None:
        super().__init__()
        self._call = call

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        return [await self._send(activity) for activity in activities]

    async def _send(self, activity: Activity) -> ResourceResponse:
        # the thread is named in the conversation id; answering one activity would fail once that is deleted
        activity.reply_to_id = None
        conversation = activity.conversation.id
        return await self._call(
            activity.service_url,
            lambda client: client.conversations.send_to_conversation(conversation, activity),
        )

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        activity.reply_to_id = None
        conversation = activity.conversation.id
        await self._call(
            activity.service_url,
            lambda client: client.conversations.update_activity(conversation, activity.id, activity),
        )

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        raise NotImplementedError("smpolicy deletes nothing that was sent")


class _Credentials(MicrosoftAppCredentials):  # type: ignore[misc]
    """The app's secret → tokens. MSAL keeps them; one request at a time, and never an endless one."""

    def __init__(self, app_id: str, password: str, tenant: str) -> None:
        super().__init__(app_id, password, channel_auth_tenant=tenant or None)
        self.app: ConfidentialClientApplication | None = None
        self._lock = threading.Lock()

    def get_access_token(self, force_refresh: bool = False) -> str:
        with self._lock:
            try:
                if self.app is None:
                    self.app = ConfidentialClientApplication(
                        client_id=self.microsoft_app_id,
                        client_credential=self.microsoft_app_password,
                        authority=self.oauth_endpoint,
                        timeout=10,
                    )
                return str(super().get_access_token(force_refresh))
            except Exception as error:
                # a wrong secret too may be put right while the message waits
                log.error("teams.no_token", extra={"error": type(error).__name__})
                raise DeliveryFailed("Entra ID gave no token for the app", retryable=True, after_s=60.0) from error


@dataclass(frozen=True, slots=True)
class _SigningKey:
    """What the connector's token extractor reads of a key."""

    public_key: Any
    endorsements: list[str]


class _SigningKeys:
    """The Bot Connector's published keys, in the place of the connector's own blocking cache.

    Kept for a day; an unknown key asks for a refresh, not more often than every five minutes. When a refresh
    fails the keys known so far go on working.
    """

    def __init__(self, url: str, threads: ThreadPoolExecutor, timeout_s: float, monotonic: Callable[[], float]) -> None:
        self._url, self._threads, self._timeout_s, self._now = url, threads, timeout_s, monotonic
        self._keys: Mapping[str, _SigningKey] = {}
        self._fetched_at = self._failed_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def get(self, key_id: str) -> _SigningKey:
        """The key of that id.

        Raises:
            PermissionError: there is none, or it is endorsed for no channel.
            KeysUnavailable: no keys are known and none could be fetched.
        """
        if self._age() > (_KEYS_REST_S if key_id not in self._keys else _KEYS_LAST_S):
            try:
                await self.refresh()
            except KeysUnavailable:
                if key_id not in self._keys:
                    raise
        key = self._keys.get(key_id)
        if key is None:
            raise PermissionError("Unauthorized. Unknown signing key.")
        if not key.endorsements:
            raise PermissionError("Unauthorized. Signing key without endorsements.")
        return key

    async def refresh(self) -> None:
        """Fetch the keys, once for all who wait; raises KeysUnavailable."""
        asked_at = self._now()
        async with self._one_at_a_time:
            if self._fetched_at >= asked_at:
                return
            if self._now() - self._failed_at < _AFTER_FAILURE_S:
                raise KeysUnavailable("The signing keys could not be fetched a moment ago.")
            loop = asyncio.get_running_loop()
            try:
                self._keys = await loop.run_in_executor(self._threads, self._fetch)
            except (requests.RequestException, ValueError, LookupError, TypeError) as error:
                self._failed_at = self._now()
                log.warning("teams.keys_unavailable", extra={"error": type(error).__name__})
                raise KeysUnavailable("The signing keys could not be fetched.") from error
            self._fetched_at = self._now()

    def _age(self) -> float:
        return self._now() - self._fetched_at

    def _fetch(self) -> Mapping[str, _SigningKey]:
        keys_url = self._get(self._url)["jwks_uri"]
        found = {}
        for key in self._get(keys_url)["keys"]:
            try:
                found[str(key["kid"])] = _SigningKey(
                    RSAAlgorithm.from_jwk(json.dumps(key)), list(key.get("endorsements", []))
                )
            except (jwt.PyJWTError, LookupError, TypeError, ValueError):
                continue  # one key of a kind we cannot read must not take the others away
        return found

    def _get(self, url: str) -> Any:
        response = requests.get(url, timeout=self._timeout_s)
        response.raise_for_status()
        return response.json()


def _conversation(reference: Mapping[str, object]) -> ConversationReference:
    """Our stored JSON → botbuilder's reference."""
    return ConversationReference(
        service_url=text_at(reference, "service_url"),
        channel_id=text_at(reference, "channel_id"),
        conversation=ConversationAccount(id=text_at(reference, "conversation_id")),
        bot=ChannelAccount(id=text_at(reference, "bot_id"), name=text_at(reference, "bot_name") or None),
        user=ChannelAccount(id=text_at(reference, "user_id")),
        locale=text_at(reference, "locale") or None,
    )


def _failure(error: HttpOperationError) -> DeliveryFailed:
    """What the connector answered → whether and when to try again."""
    status = error.response.status_code
    code = _code(error.response)
    reason = _REASONS.get(code) or f"Teams answered {status} {code}".rstrip()
    if status in (404, 405) and error.response.request.method == "PUT":
        return CannotUpdate(reason)
    if status == 401:
        log.error("teams.not_authorised")
        return DeliveryFailed("Teams does not accept the app's token", retryable=True, after_s=60.0)
    if status == 429:
        THROTTLED.labels("teams", _METHODS.get(error.response.request.method or "", "other")).inc()
    after_s = _wait(error.response.headers.get("Retry-After", ""))
    return DeliveryFailed(reason, retryable=status in _RETRYABLE, after_s=after_s)


def _code(response: requests.Response) -> str:
    """The connector's error code, "" when its answer holds none (a proxy's HTML page, for instance)."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return text_at(body, "error", "code")[:60]


def _wait(retry_after: str) -> float:
    """Seconds of a Retry-After header, which is a number or a date; 0 when it says neither."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
