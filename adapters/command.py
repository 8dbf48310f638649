"""What every command needs: the application behind it, and errors told in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from adapters.bootstrap import Application, settings_from_environment
from adapters.records import BadRecord
from bot.errors import BadSettings, SmpolicyError
from knowledge.encoder import ModelFault
from knowledge.loading import GuidanceFaults

USAGE, FAILED = 2, 1  # exit codes

out = Console(highlight=False)


class CannotWrite(SmpolicyError):
    """A file that cannot be written; the text says why."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn our own errors into one message on standard error and an exit code; nothing is shown as a traceback."""
    try:
        yield
    except (BadSettings, BadRecord) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
    except (SmpolicyError, GuidanceFaults, ModelFault) as error:
        typer.echo(str(error) or type(error).__name__, err=True)
        raise typer.Exit(FAILED) from None
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None


def open_application(pack: str = "") -> Application:
    settings = settings_from_environment()
    return Application(settings.model_copy(update={"packs": pack}) if pack else settings)
