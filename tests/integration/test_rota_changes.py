"""Changes of the rota on a real database: at once, by file, and at the command line."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from adapters.bootstrap import Application
from adapters.release import release
from adapters.storage.engine import reading
from adapters.storage.unit_of_work import SqlUnitOfWork, current_rota
from bot.advisors import Rota
from bot.settings import from_env
from tests.builders import NOON, an_advisor

TODAY = NOON.date()


def go_away(engine: Engine, advisor_id: str) -> None:
    with SqlUnitOfWork(engine) as unit:
        unit.rota.replace(unit.rota.for_change().with_absence(advisor_id, TODAY, None))
        unit.commit()


def somebody_waits(engine: Engine) -> bool:
    with reading(engine) as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'advisors'::regclass"
        return bool(connection.execute(text(waiting)).scalar())


def test_a_second_change_waits_and_then_builds_on_the_first(postgres_engine: Engine):
    with SqlUnitOfWork(postgres_engine) as unit:
        unit.rota.replace(Rota((an_advisor("maya"), an_advisor("ben"))))
        unit.commit()

    with ThreadPoolExecutor(1) as pool:
        with SqlUnitOfWork(postgres_engine) as first:
            rota = first.rota.for_change()
            second = pool.submit(go_away, postgres_engine, "ben")
            give_up_at = time.monotonic() + 30
            while not somebody_waits(postgres_engine):
                assert time.monotonic() < give_up_at
            first.rota.replace(rota.with_absence("maya", TODAY, None))
            first.commit()
        second.result()

    assert not any(one.is_present(TODAY) for one in current_rota(postgres_engine).advisors)


def test_a_release_keeps_what_advisors_have_told_of_their_absence(tmp_path: Path):
    file = tmp_path / "rota.yaml"
    file.write_text("advisors: [{id: maya, name: Maya, slack: U1}, {id: ben, name: Ben, slack: U2}]")
    url = f"sqlite:///{tmp_path}/smpolicy.sqlite3"
    application = Application(from_env({"SMPOLICY_DATABASE_URL": url, "SMPOLICY_ADVISORS": str(file)}))
    release(application)
    today = application.clock.now().date()
    with application.open_unit() as unit:
        unit.rota.replace(unit.rota.for_change().with_absence("maya", today, today + timedelta(days=1)))
        unit.commit()

    file.write_text("advisors: [{id: maya, name: Maya Okafor, slack: U1}]")
    release(application)

    (maya,) = application.rota().advisors
    assert maya.name == "Maya Okafor"
    assert not maya.is_present(today)
