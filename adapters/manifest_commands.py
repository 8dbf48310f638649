"""`smpolicy manifest`: the app as the platforms are told of it."""

import json
from typing import Annotated

import typer
import yaml

from adapters.bootstrap import settings_from_environment
from adapters.command import told_plainly
from adapters.slack.manifest import to_manifest

manifest_app = typer.Typer(no_args_is_help=True, help="What a platform is told of smpolicy, to paste there.")


@manifest_app.callback()
def _group() -> None:
    """Keeps `slack` a word to type while it is the only one here."""


@manifest_app.command()
def slack(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of YAML.")] = False,
    socket_mode: Annotated[
        bool, typer.Option("--socket-mode", help="For Socket Mode, which needs no public address.")
    ] = False,
    many_workspaces: Annotated[
        bool, typer.Option("--many-workspaces", help="To be installed by workspaces themselves, each or all of them.")
    ] = False,
) -> None:
    """Print the Slack app's manifest, made from the settings."""
    with told_plainly():
        manifest = to_manifest(settings_from_environment(), socket_mode=socket_mode, many_workspaces=many_workspaces)
    if as_json:
        typer.echo(json.dumps(manifest, indent=2, ensure_ascii=False))
    else:
        typer.echo(yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110), nl=False)
