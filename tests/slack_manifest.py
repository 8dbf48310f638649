"""What Slack takes as the manifest of an app, written down as a JSON schema of our own.

Fields, lengths and counts are those that the types of Slack's @slack/web-api 8.2.0 name (dist/types/request/
manifest.d.ts, MIT) and https://docs.slack.dev/reference/app-manifest; the 24 characters of a shortcut's name are those
of Slack's own published schema (github.com/slackapi/manifest-schema, schemas/manifest.schema.1.0.0.json), which has no
licence to be copied under. Fields that smpolicy does not use are left out, so a new one must be looked up first.
"""

from typing import Any

Json = dict[str, Any]


def _text(most: int, **more: object) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": most, **more}


def _record(required: Json, optional: Json | None = None) -> Json:
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _list(items: Json, most: int) -> Json:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most, "uniqueItems": True}


_YES_OR_NO = {"type": "boolean"}
_ADDRESS = _text(3_000, pattern="^https://")

_SHORTCUT = _record(
    {
        "name": _text(24),
        "type": {"enum": ["message", "global"]},
        "callback_id": _text(255),
        "description": _text(150),
    }
)
_SLASH_COMMAND = _record(
    {"command": _text(32, pattern="^/[a-z]"), "description": _text(2_000)},
    {"url": _ADDRESS, "usage_hint": _text(1_000), "should_escape": _YES_OR_NO},
)
_FEATURES = _record(
    {
        "app_home": _record(
            {},
            dict.fromkeys(("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"), _YES_OR_NO),
        ),
        # four prompts and 300 characters are what the types say of the agent view, the newer form of the same
        "assistant_view": _record(
            {"assistant_description": _text(300)},
            {"suggested_prompts": _list(_record({"title": _text(75), "message": _text(1_000)}), 4)},
        ),
        "bot_user": _record({"display_name": _text(80, pattern="^[a-z0-9._-]+$")}, {"always_online": _YES_OR_NO}),
        "shortcuts": _list(_SHORTCUT, 10),
        "slash_commands": _list(_SLASH_COMMAND, 50),
    }
)
MANIFEST = _record(
    {
        "display_information": _record(
            {"name": _text(35)},
            {
                "description": _text(140),
                "background_color": {"type": "string", "pattern": "^#([0-9a-f]{3}|[0-9a-f]{6})$"},
            },
        ),
        "features": _FEATURES,
        "oauth_config": _record(
            {"scopes": _record({"bot": _list(_text(50), 255)})}, {"redirect_urls": _list(_ADDRESS, 1_000)}
        ),
        "settings": _record(
            {
                "event_subscriptions": _record({"bot_events": _list(_text(50), 100)}, {"request_url": _ADDRESS}),
                "interactivity": _record({"is_enabled": _YES_OR_NO}, {"request_url": _ADDRESS}),
                "org_deploy_enabled": _YES_OR_NO,
                "socket_mode_enabled": _YES_OR_NO,
                "token_rotation_enabled": _YES_OR_NO,
            }
        ),
    }
)
