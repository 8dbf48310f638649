"""The commands of the guidance: smpolicy guidance."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.bootstrap import Application
from adapters.command import FAILED, open_application, told_plainly
from bot.errors import UnknownVersion
from bot.ports import GuidanceStore
from knowledge.difference import Changed, Changes, Difference, Fate, FieldChange, difference, word_changes
from knowledge.loading import GUIDANCE, GuidanceFaults, contradictions, load_corpus, overdue
from knowledge.shapes import topic_file_schema
from knowledge.snapshot import Snapshot, snapshot_of

guidance_app = typer.Typer(no_args_is_help=True, help="The guidance that answers rest on.")

CURRENT = "current"
_KEPT_AROUND = 6  # words shown on either side of a change
_MARKS = {Fate.KEPT: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"}  # as wdiff writes them


@guidance_app.command("check")
def guidance_check(
    pack: Annotated[str, typer.Argument(help="Pack to check.")] = "uk",
    folder: Annotated[Path, typer.Option(help="Folder that holds the packs.", file_okay=False)] = GUIDANCE,
) -> None:
    """Check a pack: every fault with its file and entry."""
    try:
        corpus = load_corpus(pack, folder=folder)
    except GuidanceFaults as error:
        typer.echo(f"{error}\n{len(error.faults)} faults in the pack {pack}.", err=True)
        raise typer.Exit(FAILED) from None
    if faults := [*overdue(corpus, datetime.now(UTC).date()), *contradictions(corpus)]:
        typer.echo("\n".join(map(str, faults)) + f"\n{len(faults)} faults in the pack {pack}.", err=True)
        raise typer.Exit(FAILED)
    typer.echo(
        f"{corpus.version}: {len(corpus.entries)} entries on {len(corpus.passages)} passages of "
        f"{len(corpus.documents)} documents, {len(corpus.examples)} example questions. No faults."
    )


@guidance_app.command("schema")
def guidance_schema() -> None:
    """Print the JSON Schema of a topic file, for editors."""
    typer.echo(json.dumps(topic_file_schema(), indent=2, ensure_ascii=False))


@guidance_app.command("keep")
def guidance_keep() -> None:
    """Keep what the installed guidance says, to compare it with later; `release` does so too."""
    with told_plainly():
        application = open_application()
        now = keep_installed(application)
        with application.open_unit() as unit:
            for version, kept_at in unit.guidance.versions().items():
                installed = ", installed now" if version == now else ""
                typer.echo(f"{version}  kept since {kept_at:%-d %B %Y}{installed}")


def keep_installed(application: Application) -> str:
    """Keep the version of the guidance that is installed, and give its name. Raises StorageUnavailable."""
    with application.open_unit() as unit:
        unit.guidance.keep(snapshot_of(application.corpus), application.clock.now())
        unit.commit()
    return application.corpus.version


VersionArgument = Annotated[str, typer.Argument(help="A kept version, “current”, or the folder of a pack.")]


@guidance_app.command("diff")
def guidance_diff(
    old: VersionArgument,
    new: VersionArgument = CURRENT,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what changed between two versions: passages and entries, word by word."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            before, after = (named_version(name, application, unit.guidance) for name in (old, new))
        found = difference(before, after)
        if as_json:
            typer.echo(json.dumps(to_difference_record(found), ensure_ascii=False))
        else:
            typer.echo("\n".join(_lines(found)))


def named_version(name: str, application: Application, kept: GuidanceStore) -> Snapshot:
    """The version of a name: "current", a folder, or one that is kept, whose name may be cut short.

    Raises:
        UnknownVersion: none or several are meant.
        GuidanceFaults: the folder's pack cannot be used.
    """
    if name == CURRENT:
        return snapshot_of(application.corpus)
    folder = Path(name)
    if (folder / "pack.yaml").is_file():
        return snapshot_of(load_corpus(folder.resolve().name, folder=folder.resolve().parent))
    versions = list(kept.versions())
    meant = [one for one in versions if name and (one.startswith(name) or one.partition("@")[2].startswith(name))]
    found = kept.get(meant[0]) if len(meant) == 1 else None
    if found is None:
        raise UnknownVersion(name, versions)
    return found


def to_difference_record(found: Difference) -> dict[str, Any]:
    """A difference, JSON-ready. Each changed field has its old and new words, and both in pieces."""
    return {
        "old": found.old,
        "new": found.new,
        "passages": _changes_record(found.passages),
        "entries": _changes_record(found.entries),
        "resting": {name: list(entries) for name, entries in found.resting.items()},
    }


def _changes_record(changes: Changes) -> dict[str, Any]:
    return {
        "added": [{"id": name, "title": title} for name, title in changes.added.items()],
        "changed": [
            {"id": one.id, "title": one.title, "fields": [_field_record(field) for field in one.fields]}
            for one in changes.changed
        ],
        "withdrawn": [{"id": name, "title": title} for name, title in changes.withdrawn.items()],
    }


def _field_record(change: FieldChange) -> dict[str, Any]:
    words = [{"is": fate.value, "text": text} for fate, text in word_changes(change.old, change.new)]
    return {**asdict(change), "words": words}


def _lines(found: Difference) -> Iterator[str]:
    yield f"{found.old} → {found.new}"
    if not found.any:
        yield (
            "The same version."
            if found.old == found.new
            else "No change of passages or entries; example questions, patterns or review dates differ."
        )
        return
    yield from _section("Passages", found.passages, found.resting)
    yield from _section("Entries", found.entries, {})


def _section(title: str, changes: Changes, resting: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    counts = f"{len(changes.added)} added, {len(changes.changed)} changed, {len(changes.withdrawn)} withdrawn"
    yield f"\n{title}: {counts}"
    for name, heading in changes.added.items():
        yield f"\n  added      {name}  {heading}"
    for one in changes.changed:
        yield f"\n  changed    {one.id}  {one.title}"
        yield from _field_lines(one)
        yield from _resting_line(resting.get(one.id, ()))
    for name, heading in changes.withdrawn.items():
        yield f"\n  withdrawn  {name}  {heading}"
        yield from _resting_line(resting.get(name, ()))


def _field_lines(changed: Changed) -> Iterator[str]:
    for field in changed.fields:
        pieces = word_changes(field.old, field.new)
        last = len(pieces) - 1
        marked = (
            _MARKS[fate].format(text if fate is not Fate.KEPT else _shortened(text, first=at == 0, last=at == last))
            for at, (fate, text) in enumerate(pieces)
        )
        yield f"    {field.field}: {' '.join(marked)}"


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """Kept words next to a change, what lies further off left out."""
    words = text.split()
    head = [] if first else words[:_KEPT_AROUND]
    tail = [] if last else words[-_KEPT_AROUND:]
    if len(words) <= len(head) + len(tail) + 1:
        return text
    return " ".join([*head, "…", *tail])


def _resting_line(entries: tuple[str, ...]) -> Iterator[str]:
    if entries:
        yield f"    {len(entries)} {'entry rests' if len(entries) == 1 else 'entries rest'} on it: {', '.join(entries)}"
