from pathlib import Path

import pytest

from bot.errors import BadSettings
from bot.settings import Settings, from_env

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
TEAMS = {"MICROSOFT_APP_ID": "id", "MICROSOFT_APP_PASSWORD": "p", "MICROSOFT_APP_TENANT_ID": "t"}

PAGE = {"SMPOLICY_PUBLIC_URL": "https://smpolicy.example.org", "SMPOLICY_LINK_KEY": "k" * 32}


MAIL = {"SMPOLICY_SMTP_URL": "smtp://127.0.0.1:25", "SMPOLICY_MAIL_FROM": "smpolicy@example.org"}
TOKEN_KEY = "A" * 43 + "="
INSTALLED = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
    "SLACK_SIGNING_SECRET": "s",
    "SMPOLICY_TOKEN_KEYS": TOKEN_KEY,
    "SMPOLICY_PUBLIC_URL": "https://smpolicy.example.org",
}


def problems(**environment: str) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        from_env(environment)
    return caught.value.problems


def names(found: list[str]) -> list[str]:
    return [problem.partition(":")[0] for problem in found]


def test_nothing_set_gives_the_defaults():
    assert from_env({}) == Settings()
    assert not from_env({}).slack_configured
    assert not from_env({}).teams_configured


@pytest.mark.parametrize("value", ["", "   ", "\t"])
def test_an_empty_variable_counts_as_unset(value: str):
    assert from_env({"PORT": value, "SLACK_BOT_TOKEN": value, "SMPOLICY_ADVISORS": value}) == Settings()


def test_other_variables_are_left_alone():
    assert from_env({"HOME": "/root", "port": "1", "slack_bot_token": "x"}) == Settings()


def test_blanks_around_a_value_are_dropped():
    assert from_env({"PORT": " 8080\n"}).port == 8080


def test_a_complete_slack_is_configured():
    assert from_env(SLACK).slack_configured


def test_socket_mode_needs_no_signing_secret():
    assert from_env({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}).slack_configured


@pytest.mark.parametrize(
    "changed", [{}, {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1"}], ids=["http", "socket"]
)
def test_workspaces_may_install_smpolicy_themselves(changed: dict[str, str]):
    settings = from_env({**INSTALLED, **changed, "SMPOLICY_SLACK_WORKSPACES": "T012, E034"})

    assert settings.slack_configured
    assert settings.allowed_workspaces == ("T012", "E034")


def test_keys_of_tokens_come_newest_first():
    keys = f"{TOKEN_KEY}, {'B' * 43}="

    assert from_env({**INSTALLED, "SMPOLICY_TOKEN_KEYS": keys}).keys_of_tokens == (TOKEN_KEY, "B" * 43 + "=")


@pytest.mark.parametrize("key", ["", TOKEN_KEY[4:]])
def test_it_is_said_how_a_key_of_tokens_is_made_and_the_key_is_not(key: str):
    (problem,) = problems(**{**INSTALLED, "SMPOLICY_TOKEN_KEYS": key})

    assert "smpolicy tokens key makes one" in problem
    assert not key or key not in problem


def test_an_address_for_slack_alone_needs_no_key_of_links():
    assert from_env({**PAGE, "SMPOLICY_LINK_KEY": ""}).public_url == PAGE["SMPOLICY_PUBLIC_URL"]


def test_a_complete_teams_is_configured():
    assert from_env(TEAMS).teams_configured


@pytest.mark.parametrize("kind", ["SingleTenant", "MultiTenant"])
def test_the_tenant_whose_people_may_ask_is_needed_whatever_the_kind_of_app(kind: str):
    found = problems(**{**TEAMS, "MICROSOFT_APP_TENANT_ID": "", "MICROSOFT_APP_TYPE": kind})

    assert names(found) == ["MICROSOFT_APP_TENANT_ID"]


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"SMPOLICY_THRESHOLD": "1.01"}, "SMPOLICY_THRESHOLD"),
        ({"SMPOLICY_THRESHOLD": "-0.01"}, "SMPOLICY_THRESHOLD"),
        ({"SMPOLICY_THRESHOLD": "nan"}, "SMPOLICY_THRESHOLD"),
        ({"MICROSOFT_APP_TYPE": "Both"}, "MICROSOFT_APP_TYPE"),
        ({"SMPOLICY_TEAMS_UNAUTHENTICATED": "perhaps"}, "SMPOLICY_TEAMS_UNAUTHENTICATED"),
        ({"SMPOLICY_DATABASE_URL": "smpolicy.sqlite3"}, "SMPOLICY_DATABASE_URL"),
        ({"SMPOLICY_ADVISORS": "/nowhere/rota.yaml"}, "SMPOLICY_ADVISORS"),
        ({"SMPOLICY_ELECTIONS": "/nowhere/elections.yaml"}, "SMPOLICY_ELECTIONS"),
        ({"SMPOLICY_UNANSWERED_DAYS": "-1"}, "SMPOLICY_UNANSWERED_DAYS"),
        ({"SMPOLICY_UNANSWERED_DAYS": "some"}, "SMPOLICY_UNANSWERED_DAYS"),
        ({"SMPOLICY_HASH_KEY": "k" * 31}, "SMPOLICY_HASH_KEY"),
        ({"SMPOLICY_ASKER_NAME": "perhaps"}, "SMPOLICY_ASKER_NAME"),
        ({"SMPOLICY_OUTSIDERS": "some"}, "SMPOLICY_OUTSIDERS"),
        ({"SMPOLICY_PERSON_LIMIT": "30"}, "SMPOLICY_PERSON_LIMIT"),
        ({"SMPOLICY_PERSON_LIMIT": "0/minute"}, "SMPOLICY_PERSON_LIMIT"),
        ({"SMPOLICY_PERSON_LIMIT": "30/minute;5/second"}, "SMPOLICY_PERSON_LIMIT"),
        ({"SMPOLICY_WORKSPACE_LIMIT": "many"}, "SMPOLICY_WORKSPACE_LIMIT"),
        ({"SMPOLICY_METRICS_PORT": "0"}, "SMPOLICY_METRICS_PORT"),
        ({"SMPOLICY_METRICS_PORT": "3978"}, "SMPOLICY_METRICS_PORT"),
        ({**SLACK, "SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN"),
        ({**SLACK, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({**INSTALLED, "SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID"),
        ({**INSTALLED, "SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET"),
        ({**INSTALLED, "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        ({**INSTALLED, "SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN, SLACK_CLIENT_ID"),
        ({**INSTALLED, "SMPOLICY_PUBLIC_URL": ""}, "SMPOLICY_PUBLIC_URL"),
        ({**INSTALLED, "SMPOLICY_TOKEN_KEYS": ""}, "SMPOLICY_TOKEN_KEYS"),
        ({**INSTALLED, "SMPOLICY_TOKEN_KEYS": f"{TOKEN_KEY},{TOKEN_KEY[4:]}"}, "SMPOLICY_TOKEN_KEYS"),
        ({**INSTALLED, "SMPOLICY_SLACK_WORKSPACES": "T012,department"}, "SMPOLICY_SLACK_WORKSPACES"),
        ({**TEAMS, "MICROSOFT_APP_PASSWORD": ""}, "MICROSOFT_APP_PASSWORD"),
        ({"MICROSOFT_APP_PASSWORD": "p"}, "MICROSOFT_APP_ID"),
        ({**TEAMS, "MICROSOFT_APP_TENANT_ID": ""}, "MICROSOFT_APP_TENANT_ID"),
        ({**PAGE, **MAIL, "SMPOLICY_LINK_KEY": ""}, "SMPOLICY_LINK_KEY"),
        ({**PAGE, "SMPOLICY_LINK_KEY": "k" * 31}, "SMPOLICY_LINK_KEY"),
        ({**PAGE, "SMPOLICY_PUBLIC_URL": ""}, "SMPOLICY_PUBLIC_URL"),
        ({**PAGE, "SMPOLICY_PUBLIC_URL": "http://smpolicy.example.org"}, "SMPOLICY_PUBLIC_URL"),
        ({**PAGE, "SMPOLICY_PUBLIC_URL": "smpolicy.example.org"}, "SMPOLICY_PUBLIC_URL"),
        ({**PAGE, "SMPOLICY_PUBLIC_URL": "https://[smpolicy"}, "SMPOLICY_PUBLIC_URL"),
    ],
)
def test_what_is_missing_or_wrong_is_named(environment: dict[str, str], named: str):
    assert names(problems(**environment)) == [named]


@pytest.mark.parametrize(
    "environment",
    [
        {"PORT": "1"},
        {"PORT": "65535"},
        {"SMPOLICY_THRESHOLD": "0"},
        {"SMPOLICY_THRESHOLD": "1"},
        {"SMPOLICY_UNANSWERED_DAYS": "0"},
        {"SMPOLICY_HASH_KEY": "k" * 32},
        {"SMPOLICY_PERSON_LIMIT": "1/minute"},
        {"SMPOLICY_WORKSPACE_LIMIT": "5 per 10 seconds"},
        {"SMPOLICY_METRICS_PORT": "9464"},
    ],
)
def test_the_edges_of_a_range_are_allowed(environment: dict[str, str]):
    assert from_env(environment)


@pytest.mark.parametrize(
    "url", ["https://smpolicy.example.org", "https://example.org/smpolicy/", "http://127.0.0.1:3978"]
)
def test_a_public_address_is_one_on_which_nobody_reads_along(url: str):
    assert from_env({**PAGE, "SMPOLICY_PUBLIC_URL": url}).public_url == url


def test_a_setting_that_does_not_exist_is_named_with_the_nearest_one():
    assert problems(SMPOLICY_DATABSE_URL="sqlite:///x") == [
        "SMPOLICY_DATABSE_URL: there is no such setting, did you mean SMPOLICY_DATABASE_URL?"
    ]
    assert from_env({"SMPOLICY_NONSENSE": " "}) == Settings()


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"PORT": "http"}, "PORT: write a whole number, not 'http'"),
        ({"PORT": "0"}, "PORT: write 1 or more, not '0'"),
        ({"PORT": "65536"}, "PORT: write 65535 or less, not '65536'"),
        ({"SMPOLICY_THRESHOLD": "much"}, "SMPOLICY_THRESHOLD: write a number such as 0.1, not 'much'"),
        (
            {"MICROSOFT_APP_TYPE": "Both"},
            "MICROSOFT_APP_TYPE: write SingleTenant or MultiTenant, not 'Both'",
        ),
        (
            {"SMPOLICY_TEAMS_UNAUTHENTICATED": "perhaps"},
            "SMPOLICY_TEAMS_UNAUTHENTICATED: write true or false, not 'perhaps'",
        ),
    ],
)
def test_a_fault_is_told_in_plain_words(environment: dict[str, str], problem: str):
    assert problems(**environment) == [problem]


def test_several_bad_values_are_named_at_once():
    found = problems(PORT="http", SMPOLICY_THRESHOLD="2", MICROSOFT_APP_TYPE="Both")

    assert names(found) == ["SMPOLICY_THRESHOLD", "PORT", "MICROSOFT_APP_TYPE"]


def test_several_missing_values_are_named_at_once():
    found = problems(
        SMPOLICY_DATABASE_URL="here", SMPOLICY_ADVISORS="/nowhere", SLACK_APP_TOKEN="x", MICROSOFT_APP_ID="id"
    )

    assert names(found) == [
        "SMPOLICY_DATABASE_URL",
        "SMPOLICY_ADVISORS",
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "MICROSOFT_APP_PASSWORD",
        "MICROSOFT_APP_TENANT_ID",
    ]


def test_bad_and_missing_values_are_named_at_once():
    assert names(problems(PORT="http", SLACK_BOT_TOKEN="xoxb-1")) == ["PORT", "SLACK_SIGNING_SECRET"]


def test_one_message_has_a_line_for_each_problem():
    with pytest.raises(BadSettings) as caught:
        from_env({"PORT": "http", "SMPOLICY_THRESHOLD": "2"})

    assert str(caught.value).count("\n  - ") == 2


def test_no_problem_repeats_a_secret():
    found = problems(
        SLACK_BOT_TOKEN="hush-hush",
        SLACK_APP_TOKEN="hush-too",
        MICROSOFT_APP_PASSWORD="hush-3",
        SMPOLICY_HASH_KEY="hush",
    )

    assert "hush" not in " ".join(found)


def test_settings_do_not_show_their_secrets():
    assert "xoxb-1" not in repr(from_env(SLACK))


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost"])
def test_teams_may_go_without_authentication_on_loopback(bind: str):
    settings = from_env({"SMPOLICY_TEAMS_UNAUTHENTICATED": "true", "SMPOLICY_BIND": bind})

    assert settings.on_loopback
    assert settings.teams_configured


@pytest.mark.parametrize("bind", ["", "0.0.0.0", "::", "10.0.0.1", "example.org"])
def test_teams_may_not_go_without_authentication_elsewhere(bind: str):
    found = problems(SMPOLICY_TEAMS_UNAUTHENTICATED="true", SMPOLICY_BIND=bind)

    assert names(found) == ["SMPOLICY_TEAMS_UNAUTHENTICATED"]


def test_an_advisor_file_that_is_there_is_taken(tmp_path: Path):
    file = tmp_path / "rota.yaml"
    file.touch()

    assert from_env({"SMPOLICY_ADVISORS": str(file)}).advisors == file


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port", "smtp://u:p[ss@host"]
)
def test_a_mail_server_that_cannot_be_read_is_named(url: str):
    assert names(problems(SMPOLICY_SMTP_URL=url, SMPOLICY_MAIL_FROM="a@example.org")) == ["SMPOLICY_SMTP_URL"]


@pytest.mark.parametrize("sender", ["", "smpolicy"])
def test_a_mail_server_needs_an_address_to_write_from(sender: str):
    found = problems(SMPOLICY_SMTP_URL="smtp://mail.example.org", SMPOLICY_MAIL_FROM=sender)

    assert names(found) == ["SMPOLICY_MAIL_FROM"]
