"""The commands about precedents: smpolicy precedents, and smpolicy cases precedent."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from adapters.command import USAGE, open_application, out, told_plainly
from adapters.desk_commands import cases_app
from adapters.plain import to_text
from bot import wording, wording_desk, wording_precedents
from bot.advisors import Advisor
from bot.deliveries import Delivery, ToAdvisor
from bot.ports import UnitOfWork
from bot.precedent import Precedent
from bot.precedents import Precedents
from bot.replies import Reply

precedents_app = typer.Typer(no_args_is_help=True, help="What advisors decided, kept for others without the people.")

AsOption = Annotated[str, typer.Option("--as", help="Id of the advisor who does this.")]
PrecedentArgument = Annotated[str, typer.Argument(help="Such as PR-2026-0007.")]
WhyOption = Annotated[str, typer.Option(help="Goes into its log.")]
AT_THE_COMMAND_LINE = "at the command line"


@dataclass(frozen=True)
class _Acting:
    """An advisor at work on precedents, and a way to tell others of it."""

    precedents: Precedents
    unit: UnitOfWork
    advisor: Advisor
    now: datetime

    def tell(self, advisor_id: str, reply: Reply, about: Precedent) -> None:
        """Queue a message to an advisor; the worker delivers it."""
        key = f"precedent:{about.id}:{about.version}:{advisor_id}"
        self.unit.outbox.add(Delivery(key, ToAdvisor(advisor_id), reply), self.now)


@contextmanager
def _acting(advisor_id: str) -> Iterator[_Acting]:
    """One unit of work for an advisor, saved at its end; errors are told plainly and then nothing is."""
    with told_plainly():
        application = open_application()
        now = application.clock.now()
        with application.open_unit() as unit:
            advisor = unit.rota.current().known(advisor_id)
            yield _Acting(Precedents(unit, application.corpus, now), unit, advisor, now)
            unit.commit()


def _because(why: str) -> str:
    return f"{why} ({AT_THE_COMMAND_LINE})" if why else AT_THE_COMMAND_LINE


@cases_app.command("precedent")
def cases_precedent(
    case_id: Annotated[str, typer.Argument(help="An answered case, such as SM-2026-0042.")],
    confirm: Annotated[str, typer.Option(help="File with the edited draft; - reads standard input.")] = "",
    advisor: AsOption = "",
) -> None:
    """Draft a precedent from an answered case, with what looks personal in braces; nothing is stored by that.

    Edit the draft, then give it back with --confirm FILE --as ADVISOR. A second advisor must countersign it.
    """
    case_id = case_id.upper()
    if not confirm:
        _print_draft(case_id)
        return
    if not advisor:
        typer.echo("Say who proposes it: --as and the id of an advisor. smpolicy advisors list shows them.", err=True)
        raise typer.Exit(USAGE)
    text = _read(confirm)
    with _acting(advisor) as acting:
        kept = acting.precedents.propose(case_id, text, by=acting.advisor, why=AT_THE_COMMAND_LINE)
        second = acting.precedents.second_advisor(kept)
        if second:
            acting.tell(second.id, wording_precedents.please_sign(kept, acting.precedents.corpus), kept)
    typer.echo(wording_precedents.proposed(kept, second).text)


def _print_draft(case_id: str) -> None:
    """The draft on standard output, so that it can go into a file; what to do with it on standard error."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            draft = Precedents(unit, application.corpus, application.clock.now()).draft(case_id)
    typer.echo(draft.text)
    for line in dict.fromkeys(f"  {mark.words}: {mark.trace.value}" for mark in draft.marks):
        typer.echo(line, err=True)
    typer.echo(
        f"{wording_precedents.HOW_TO_STRIP} Nothing is stored until you run "
        f"smpolicy cases precedent {case_id} --confirm FILE --as ADVISOR",
        err=True,
    )


def _read(source: str) -> str:
    try:
        if source == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        with open(source, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        typer.echo(f"--confirm: cannot read {source}: {why}", err=True)
        raise typer.Exit(USAGE) from None


@precedents_app.command("list")
def precedents_list(
    everything: Annotated[bool, typer.Option("--all", help="Replaced and withdrawn ones too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List precedents, newest first, with where they stand."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            found = [one for one in unit.precedents.all() if everything or not one.state.is_over]
        today = application.clock.now().date()
    if as_json:
        typer.echo(json.dumps([_record(one) for one in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("No precedents." if everything else "No precedents. See replaced and withdrawn ones with --all.")
    for one in found:
        state = wording_precedents.state_of(one, today)
        line = f"{one.id}  {state:<31} review by {one.review_by}  {', '.join(one.topics)}: "
        out.print(Text(line + wording_desk.one_line(one.question)), soft_wrap=True)


@precedents_app.command("show")
def precedents_show(
    precedent_id: PrecedentArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show one precedent with its log."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            one = unit.precedents.get(precedent_id.upper())
            events = unit.precedents.events(one.id)
        if as_json:
            log = [{**asdict(event), "at": event.at.isoformat()} for event in events]
            typer.echo(json.dumps({**_record(one), "log": log}, ensure_ascii=False))
            return
        today = application.clock.now().date()
        shown = wording_precedents.view(one, application.corpus, today, may_sign=False)
        out.print(Text(to_text(shown)))
        for event in events:
            note = f": {event.note}" if event.note else ""
            out.print(Text(f"{event.number:>3}  {wording.when(event.at)}  {event.actor}  {event.move}{note}"))


@precedents_app.command("sign")
def precedents_sign(precedent_id: PrecedentArgument, advisor: AsOption, why: WhyOption = "") -> None:
    """Countersign, as somebody else than who decided and who proposed. Askers see it from then on."""
    with _acting(advisor) as acting:
        one = acting.precedents.sign(precedent_id.upper(), by=acting.advisor, why=_because(why))
        acting.tell(one.proposed_by, wording_precedents.was_signed(one, acting.advisor), one)
    typer.echo(wording_precedents.signed(one).text)


@precedents_app.command("review")
def precedents_review(
    precedent_id: PrecedentArgument,
    advisor: AsOption,
    until: Annotated[str, typer.Option(help="The next review date, such as 2027-11-24.")],
    why: WhyOption = "",
) -> None:
    """Say that it still holds, until a new review date. A stale one needs a countersignature again."""
    with _acting(advisor) as acting:
        one = acting.precedents.review(precedent_id.upper(), until, by=acting.advisor, why=_because(why))
    typer.echo(wording_precedents.reviewed(one).text)


@precedents_app.command("replace")
def precedents_replace(
    old: Annotated[str, typer.Argument(help="The one that goes.")],
    new: Annotated[str, typer.Argument(help="The one that takes its place.")],
    advisor: AsOption,
    why: WhyOption = "",
) -> None:
    """Let one take the place of another: at once where it is countersigned, else once it is."""
    with _acting(advisor) as acting:
        one = acting.precedents.replace(old.upper(), new.upper(), by=acting.advisor, why=_because(why))
    typer.echo(wording_precedents.replaced(one, new.upper()).text)


@precedents_app.command("withdraw")
def precedents_withdraw(
    precedent_id: PrecedentArgument,
    advisor: AsOption,
    why: Annotated[str, typer.Option(help="The reason, which goes into its log.")],
) -> None:
    """Take a precedent back for good."""
    with _acting(advisor) as acting:
        one = acting.precedents.withdraw(precedent_id.upper(), by=acting.advisor, why=_because(why))
        if one.proposed_by != acting.advisor.id:
            acting.tell(one.proposed_by, wording_precedents.was_withdrawn(one, acting.advisor, why), one)
    typer.echo(wording_precedents.withdrawn(one).text)


def _record(precedent: Precedent) -> dict[str, Any]:
    """One precedent, JSON-ready."""
    fields = asdict(precedent)
    return {
        **fields,
        "facts": dict(precedent.facts),
        "decided_on": precedent.decided_on.isoformat(),
        "review_by": precedent.review_by.isoformat(),
    }
