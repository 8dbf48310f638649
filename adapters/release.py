"""The release step: bring the database and the rota up to date before processes start."""

from adapters.bootstrap import SAMPLE_ROTA, Application, rota_from_file
from adapters.storage.migrations import migrate


def release(application: Application) -> None:
    """Migrate, then load the advisor file that the settings name.

    Raises:
        StorageUnavailable, BadRota, GuidanceFaults.
    """
    migrate(application.settings.database_url)
    if application.settings.advisors:
        application.store_rota(rota_from_file(application.settings.advisors, application.corpus))


def prepare_embedded(application: Application) -> None:
    """The release step for a first run: with no advisors at all, a sample rota is put in."""
    release(application)
    if not application.rota().advisors:
        application.store_rota(rota_from_file(SAMPLE_ROTA, application.corpus))
