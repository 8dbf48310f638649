import json
import sys
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.storage.engine import writing
from adapters.storage.outbox import SqlOutbox
from adapters.storage.tables import guidance_versions
from bot.advisors import Advisor, Rota
from bot.messages import Platform


def doctor(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments], env=settings)


def findings(settings: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {row["part"]: (row["health"], row["said"]) for row in json.loads(doctor(settings, "--json").stdout)}


def test_a_running_service_is_well(service: Application, settings: dict[str, str]):
    SqlOutbox(service.database).beat(datetime.now(UTC))

    result = doctor(settings)

    assert result.exit_code == 0
    assert "mend this" not in result.stdout
    assert "well         encoder: checksums right" in result.stdout


def test_without_a_worker_it_is_told_that_nothing_is_delivered(service: Application, settings: dict[str, str]):
    health, said = findings(settings)["worker"]

    assert health == "mend this"
    assert "smpolicy worker" in said
    assert doctor(settings).exit_code == 1


def test_a_database_without_tables_is_told_to_be_released(settings: dict[str, str]):
    assert findings(settings)["database"] == ("mend this", "not up to date: run smpolicy release")


def test_guidance_that_is_not_kept_is_told(service: Application, settings: dict[str, str]):
    with writing(service.database) as connection:
        connection.execute(guidance_versions.delete())

    result = doctor(settings)

    assert "look at this guidance: what it says is not kept" in result.stdout


def test_without_onnxruntime_it_is_told_that_words_alone_count(
    service: Application, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    health, said = findings(settings)["encoder"]

    assert health == "look at this"
    assert "by their words alone" in said


def test_an_empty_rota_must_be_mended(service: Application, settings: dict[str, str]):
    service.store_rota(Rota())

    assert findings(settings)["advisors"][0] == "mend this"


def test_topics_that_nobody_takes_are_named(service: Application, settings: dict[str, str]):
    everything_else = frozenset(service.corpus.topics) - {"copyright"}
    service.store_rota(Rota((Advisor("maya", "Maya", "Adviser", everything_else, ((Platform.TERMINAL, "maya"),)),)))

    assert findings(settings)["advisors"] == (
        "look at this",
        "nobody takes copyright: those cases go to whoever is free",
    )


BY_LETTER = Advisor("maya", "Maya", "Adviser", frozenset(), ((Platform.EMAIL, "maya@example.org"),))
MAIL = {"SMPOLICY_SMTP_URL": "smtp://127.0.0.1:25", "SMPOLICY_MAIL_FROM": "smpolicy@example.org"}
PAGE = {"SMPOLICY_PUBLIC_URL": "https://smpolicy.example.org", "SMPOLICY_LINK_KEY": "k" * 32}


@pytest.mark.parametrize(
    ("more", "told", "untold"),
    [
        ({}, "no platform that is set up reaches maya", ""),
        (MAIL, "E-mail alone reaches maya", "no platform"),
        ({**MAIL, **PAGE}, "1, every topic has somebody", "E-mail alone"),
    ],
)
def test_an_advisor_who_cannot_hear_or_act_is_named(
    service: Application, settings: dict[str, str], more: dict[str, str], told: str, untold: str
):
    service.store_rota(Rota((BY_LETTER,)))

    said = doctor({**settings, **more}).stdout

    assert told in said
    assert not untold or untold not in said
