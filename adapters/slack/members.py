"""Advisors named by e-mail → their Slack member ids, which is what the rota keeps."""

from dataclasses import replace

from bot.advisors import Rota
from bot.errors import BadRota
from bot.messages import Platform
from bot.settings import Settings

TIMEOUT_S = 10
_WRITE_ID = "write the member id instead (in Slack: profile, three dots, Copy member ID)"
_REASONS = {
    "users_not_found": "nobody in the Slack workspace has this e-mail address;",
    "missing_scope": "the Slack app lacks the scope users:read.email; add it and reinstall the app, or",
}

Addresses = tuple[tuple[Platform, str], ...]


def with_member_ids(rota: Rota, settings: Settings) -> Rota:
    """A rota in which every Slack address that is an e-mail address is the member id that belongs to it.

    Raises:
        BadRota: naming every one that cannot be looked up.
    """
    problems: list[str] = []

    def resolved(who: str, addresses: Addresses) -> Addresses:
        found = []
        for platform, address in addresses:
            if platform is Platform.SLACK and "@" in address:
                address, problem = _find(address, settings)
                if problem:
                    problems.append(f"{who}: slack: {problem}")
            found.append((platform, address))
        return tuple(found)

    advisors = tuple(replace(one, addresses=resolved(f"advisor {one.id}", one.addresses)) for one in rota.advisors)
    people = tuple(
        replace(one, addresses=resolved(f"person number {number}", one.addresses))
        for number, one in enumerate(rota.people, 1)
    )
    if problems:
        raise BadRota(problems)
    return replace(rota, advisors=advisors, people=people)


def member_id(email: str, settings: Settings) -> str:
    """The member id that belongs to an e-mail address.

    Raises:
        BadRota: it cannot be looked up.
    """
    found, problem = _find(email, settings)
    if problem:
        raise BadRota([f"slack: {problem}"])
    return found


def _find(email: str, settings: Settings) -> tuple[str, str]:
    """The member id of an e-mail address, or "" and what is in the way."""
    token = settings.slack_bot_token
    if token is None:
        return "", f"{email} cannot be looked up without SLACK_BOT_TOKEN; {_WRITE_ID}"
    from slack_sdk import WebClient  # half a second, which those who name nobody by e-mail need not wait
    from slack_sdk.errors import SlackApiError

    from adapters.slack.clients import sdk_log

    client = WebClient(
        token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=TIMEOUT_S,
        retry_handlers=[],
        logger=sdk_log,
    )
    try:
        return str(client.users_lookupByEmail(email=email)["user"]["id"]), ""
    except SlackApiError as error:
        code = str(error.response.get("error") or error.response.status_code)
        reason = _REASONS.get(code, f"Slack does not tell who that is ({code}); try again later, or")
    except (OSError, KeyError) as error:
        reason = f"Slack could not be asked ({type(error).__name__}); try again later, or"
    return "", f"{email}: {reason} {_WRITE_ID}"
