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
from bot.conversation import Turn
from bot.errors import UnknownVersion
from bot.ports import GuidanceStore
from bot.recall import Recall, Recalled, recall
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


@guidance_app.command("recall")
def guidance_recall(
    since: Annotated[str, typer.Option(help="Only what has changed since this version, as for diff.")] = "",
    passage: Annotated[
        list[str] | None, typer.Option(help="Only this passage, even with the same wording; may be repeated.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Tell them. Without it nobody is told.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find answers, cases and precedents that rest on guidance which has changed, and tell those concerned."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            before = named_version(since, application, unit.guidance) if since else None
            now = snapshot_of(application.corpus)
            found = recall(unit, now, application.clock.now(), since=before, named=passage or ())
            if send:
                unit.commit()
        if as_json:
            typer.echo(json.dumps(to_recall_record(found, sent=send), ensure_ascii=False))
        else:
            typer.echo("\n".join(_recall_lines(found, sent=send)))


def to_recall_record(found: Recall, *, sent: bool) -> dict[str, Any]:
    """A recall, JSON-ready. People are named by their keys only."""
    return {
        "sent": sent,
        "answers": [_answer_record(one) for one in found.answers],
        "unreachable": [_answer_record(one) for one in found.unreachable],
        "cases": [
            {"id": one.thing.id, "state": one.thing.state.value, "advisor": one.thing.advisor_id, "changes": _ids(one)}
            for one in found.cases
        ],
        "precedents": [{"id": one.thing.id, "changes": _ids(one)} for one in found.precedents],
        "messages": len(found.messages),
        "unknown_versions": dict(found.unknown),
    }


def _answer_record(one: Recalled[Turn]) -> dict[str, Any]:
    turn = one.thing
    return {
        "id": turn.id,
        "given_at": turn.asked_at.isoformat(),
        "person": turn.person_key,
        "entry": turn.entry,
        "guidance_version": turn.guidance_version,
        "changes": _ids(one),
    }


def _ids(one: Recalled[Any]) -> list[str]:
    return [change.id for change in one.changes]


def _recall_lines(found: Recall, *, sent: bool) -> Iterator[str]:
    for one in found.answers:
        yield f"answer of {one.thing.asked_at:%-d %B %Y} to {one.thing.person_key}: {_what(one)}"
    for case in found.cases:
        yield f"case {case.thing.id}, {case.thing.state.in_words}, with {case.thing.advisor_id}: {_what(case)}"
    for precedent in found.precedents:
        yield f"precedent {precedent.thing.id}: {_what(precedent)}"
    for one in found.unreachable:
        yield f"answer of {one.thing.asked_at:%-d %B %Y} to {one.thing.person_key}, too old to be told: {_what(one)}"
    for version, count in found.unknown.items():
        yield f"{count} given under {version}, which is not kept: use --since or --passage to reach them"
    if not (found.answers or found.cases or found.precedents):
        yield "Nobody is left to tell."
        return
    stale = f" Precedents marked stale: {len(found.precedents)}." if found.precedents else ""
    if sent:
        yield f"Messages queued: {len(found.messages)}; the worker delivers them.{stale}"
    else:
        marked = f" Precedents to be marked stale: {len(found.precedents)}." if found.precedents else ""
        yield f"Nobody was told. With --send, messages: {len(found.messages)}.{marked}"


def _what(one: Recalled[Any]) -> str:
    return "; ".join(f"{change.id} {change.in_words}" for change in one.changes)


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
