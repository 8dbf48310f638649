"""The app as Slack is told of it: what it may do and hear, where it is reached. Pure.

What smpolicy asks for stands here once: the manifest, the page on which workspaces install it, the examination of a
token and the Slack of the tests all read it.
"""

from typing import Any

from bot.errors import BadSettings
from bot.settings import Settings

Json = dict[str, Any]

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

COMMAND = "/smpolicy"
CHECK_SHORTCUT = "check_draft"
ASK_SHORTCUT = "ask_question"

# Every right smpolicy asks for, and what for.
BOT_SCOPES = {
    "app_mentions:read": "hear where somebody mentions it",
    "assistant:write": "show in its pane that it is at work, and what could be asked",
    "channels:history": "hear replies in a thread it was asked in; find a message of its own that may have arrived",
    "groups:history": "the same in private channels it was invited to",
    "chat:write": "answer",
    "commands": "take /smpolicy and the shortcuts",
    "im:history": "hear the direct messages people write to it; find its own there",
    "im:read": "know which conversations with it there are",
    "im:write": "begin a direct message, to an advisor or to whoever asked",
    "reactions:write": "show by a reaction that a message was seen",
    "users:read": "tell people of the organisation from guests and strangers, and know their time zone",
    "users:read.email": "find an advisor by the e-mail address in the advisor file",
}

# Every event it hears, with the right that Slack wants for it ("" for none).
BOT_EVENTS = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "assistant_thread_context_changed": "assistant:write",
    "assistant_thread_started": "assistant:write",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "tokens_revoked": "",
}

PROMPTS = (
    ("May I post this?", "Can I retweet my minister from my own account?"),
    ("The ten tips", "tips"),
    ("Check a draft", "check We will soon announce our best scheme ever!"),
    ("Ask an advisor", "advisor May I speak at a party conference?"),
)


def to_manifest(settings: Settings, *, socket_mode: bool = False, many_workspaces: bool = False) -> Json:
    """The manifest that fits the settings.

    Args:
        socket_mode: as if SLACK_APP_TOKEN were set, which there is no way to have before the app exists.
        many_workspaces: as if SLACK_CLIENT_ID were.

    Raises:
        BadSettings: Slack must reach smpolicy and is not told where.
    """
    socket_mode = socket_mode or settings.slack_app_token is not None
    many_workspaces = many_workspaces or settings.slack_many_workspaces
    address = settings.public_url.rstrip("/")
    if not address.startswith("https://") and (many_workspaces or not socket_mode):
        raise BadSettings([_no_address(settings.public_url, socket_mode=socket_mode)])
    reached_at = {} if socket_mode else {"request_url": f"{address}{EVENTS_PATH}"}
    return {
        "display_information": {
            "name": "smpolicy",
            "description": "Answers from the social media guidance, and a named advisor where it does not settle the "
            "matter",
            "background_color": "#1d3557",
        },
        "features": _features({} if socket_mode else {"url": f"{address}{EVENTS_PATH}"}),
        "oauth_config": {
            **({"redirect_urls": [f"{address}{REDIRECT_PATH}"]} if many_workspaces else {}),
            "scopes": {"bot": list(BOT_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**reached_at, "bot_events": list(BOT_EVENTS)},
            "interactivity": {"is_enabled": True, **reached_at},
            "org_deploy_enabled": many_workspaces,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": many_workspaces,
        },
    }


def _features(reached_at: Json) -> Json:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "assistant_view": {
            "assistant_description": "Ask whether you may post something. You get a verdict, the reason, the "
            "conditions and the guidance it rests on; an advisor decides what it leaves open.",
            "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
        },
        "bot_user": {"display_name": "smpolicy", "always_online": True},
        "shortcuts": [
            {
                "name": "Check against guidance",
                "type": "message",
                "callback_id": CHECK_SHORTCUT,
                "description": "Check this against the guidance, as a draft post; only you see the result",
            },
            {
                "name": "Ask about social media",
                "type": "global",
                "callback_id": ASK_SHORTCUT,
                "description": "Ask with the facts that decide; the answer comes in your direct message with smpolicy",
            },
        ],
        "slash_commands": [
            {
                "command": COMMAND,
                "description": "Ask about social media at work",
                "usage_hint": "can I retweet my minister? · tips · check DRAFT · advisor QUESTION · cases · help",
                **reached_at,
                "should_escape": True,
            }
        ],
    }


def _no_address(given: str, *, socket_mode: bool) -> str:
    wanted = "the https address at which Slack and people reach smpolicy, such as https://smpolicy.example.gov.uk"
    missing = f"Slack does not come to {given}; write" if given else "missing: write"
    without = "" if socket_mode else "; or print a manifest that needs none: smpolicy manifest slack --socket-mode"
    return f"SMPOLICY_PUBLIC_URL: {missing} {wanted}{without}"
