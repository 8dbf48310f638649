"""The release step: bring the database and the rota up to date before processes start."""

from adapters.bootstrap import SAMPLE_ROTA, Application, rota_from_file
from adapters.guidance_commands import keep_installed
from adapters.storage.migrations import migrate
from bot.deadlines import timers
from bot.sla import WorkingHours


def release(application: Application) -> None:
    """Migrate, keep what the installed guidance says, then load the advisor file that the settings name.

    Raises:
        StorageUnavailable, BadRota, GuidanceFaults.
    """
    migrate(application.settings.database_url)
    _set_missing_timers(application)
    keep_installed(application)
    if application.settings.advisors:
        application.store_rota(rota_from_file(application.settings.advisors, application.corpus))


def prepare_embedded(application: Application) -> None:
    """The release step for a first run: with no advisors at all, a sample rota is put in."""
    release(application)
    if not application.rota().advisors:
        application.store_rota(rota_from_file(SAMPLE_ROTA, application.corpus))


def _set_missing_timers(application: Application) -> None:
    """Cases opened by a release that did not chase them are chased from now on; a timer that is there stays."""
    now = application.clock.now()
    with application.open_unit() as unit:
        rota = unit.rota.current()
        for case in unit.cases.all():
            if case.state.needs_work:
                holder = rota.get(case.advisor_id)
                unit.timers.set(timers(case, now, holder.hours if holder else WorkingHours()), now)
        unit.commit()
