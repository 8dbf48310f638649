"""`smpolicy tokens`: the keys under which tokens of Slack workspaces lie in the database."""

import typer

from adapters.bootstrap import Application
from adapters.command import FAILED, open_application, told_plainly
from bot.errors import BadSettings

tokens_app = typer.Typer(
    no_args_is_help=True, help="Tokens of Slack workspaces that installed smpolicy, and the keys they are kept under."
)


@tokens_app.command()
def key() -> None:
    """Make a key for SMPOLICY_TOKEN_KEYS. Write the newest first, with commas between them."""
    from adapters.storage.token_keys import new_key  # ciphers take a tenth of a second to import

    typer.echo(new_key())


@tokens_app.command()
def rotate() -> None:
    """Seal every token anew with the newest key; older keys may go from SMPOLICY_TOKEN_KEYS then."""
    with told_plainly():
        sealed, unreadable = _with_keys().installations.seal_anew()
    typer.echo(f"The tokens of {sealed} workspaces are sealed with the newest key.")
    if unreadable:
        typer.echo(
            f"None of the keys opens those of {', '.join(unreadable)}: put back the key they were kept under, behind "
            "the newer ones, or install smpolicy there again.",
            err=True,
        )
        raise typer.Exit(FAILED)
    typer.echo("Older keys may be taken out of SMPOLICY_TOKEN_KEYS once every process has the newest one.")


def _with_keys() -> Application:
    application = open_application()
    if not application.settings.keys_of_tokens:
        raise BadSettings(["SMPOLICY_TOKEN_KEYS: no tokens are kept without it: smpolicy tokens key makes one"])
    return application
