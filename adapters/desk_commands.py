"""The commands of the desk: smpolicy cases, advisors and privacy."""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.text import Text

from adapters.bootstrap import rota_from_file
from adapters.command import FAILED, open_application, out, told_plainly
from adapters.pdf.file import save_receipt
from adapters.plain import to_text
from adapters.slack.members import member_id
from adapters.storage.audit import RETRY, stuck_messages, verify_log
from adapters.storage.privacy import erase_person, export_person, set_hold
from adapters.terminal import write
from bot import wording, wording_advisor
from bot.advisors import Rota, by_letter_alone, uncovered
from bot.case import Case
from bot.errors import UnknownCase
from bot.receipt import receipt_of_case
from bot.rota_file import with_fields

cases_app = typer.Typer(no_args_is_help=True, help="Cases in advisors' hands.")
advisors_app = typer.Typer(no_args_is_help=True, help="The advisors who decide what the guidance leaves open.")
privacy_app = typer.Typer(no_args_is_help=True, help="What is kept of people.")


@cases_app.command("list")
def cases_list(
    everything: Annotated[bool, typer.Option("--all", help="Closed and withdrawn ones too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List cases, newest first. Neither questions nor names are shown."""
    with told_plainly():
        with open_application().open_unit() as unit:
            cases = [case for case in unit.cases.all() if everything or case.state.needs_work]
        if as_json:
            typer.echo(json.dumps([_case_summary(case) for case in cases]))
            return
        if not cases:
            typer.echo("No cases." if everything else "No open cases. See all with --all.")
        for case in cases:
            typer.echo(
                f"{case.id}  {case.state.in_words:<18} {case.advisor_id:<20} "
                f"answer by {wording.when(case.answer_by)}  {', '.join(case.topics)}"
            )


def _case_summary(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "state": case.state.value,
        "advisor": case.advisor_id,
        "topics": list(case.topics),
        "opened_at": case.opened_at.isoformat(),
        "answer_by": case.answer_by.isoformat(),
    }


@cases_app.command("show")
def cases_show(case_id: Annotated[str, typer.Argument(help="Such as SM-2026-0042.")]) -> None:
    """Show one case with its log and what became of its messages."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            case = unit.cases.get(case_id.upper())
            events = unit.cases.events(case.id)
        typer.echo(f"{case.id}  {case.state.in_words}, with {case.advisor_id}, who {case.chosen_because}")
        typer.echo(f"opened {wording.when(case.opened_at)}, answer by {wording.when(case.answer_by)}")
        typer.echo(f"guidance {case.guidance_version}: {', '.join(case.passages) or 'no passage found'}")
        out.print(Text(f"\nQuestion: {case.question}\nWhy: {case.why}"))
        for event in events:
            note = f": {event.note}" if event.note else ""
            out.print(Text(f"{event.number:>3}  {wording.when(event.at)}  {event.actor}  {event.move}{note}"))
        for line in application.outbox.states_of(case.id):
            typer.echo(f"     message {line}")


@cases_app.command("receipt")
def cases_receipt(
    case_id: Annotated[str, typer.Argument(help="Such as SM-2026-0042.")],
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF to this file instead.", dir_okay=False)] = None,
) -> None:
    """Print the receipt of a case: question, facts, guidance with its version, advice, advisor and times."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            case = unit.cases.get(case_id.upper())
            receipt = receipt_of_case(case, unit, application.corpus, asker="The asker")
        if pdf is None:
            write(out, to_text(receipt))
            return
        save_receipt(pdf, receipt, at=application.clock.now())
        typer.echo(f"The receipt is in {pdf}")


@cases_app.command("verify")
def cases_verify() -> None:
    """Check that no log of a case was tampered with. Exit 1 where one was."""
    with told_plainly():
        broken = list(verify_log(open_application().database))
        for one in broken:
            typer.echo(f"{one.case_id}: event {one.number} {one.problem}", err=True)
        if broken:
            raise typer.Exit(FAILED)
        typer.echo("Every log is whole.")


@cases_app.command("stuck")
def cases_stuck(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List messages that did not arrive, with why. Exit 1 where there are some."""
    with told_plainly():
        application = open_application()
        stuck = stuck_messages(application.database, application.clock.now())
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in stuck], default=str))
        for one in [] if as_json else stuck:
            why = f": {one.error}" if one.error else ""
            typer.echo(
                f"{one.case_id or 'no case':<14} {one.recipient}  {one.state} after {one.attempts} attempts{why}"
            )
        if stuck:
            raise typer.Exit(FAILED)
        if not as_json:
            typer.echo("Nothing is stuck.")


@cases_app.command("retry")
def cases_retry(case_id: Annotated[str, typer.Argument(help="Such as SM-2026-0042.")]) -> None:
    """Send a case to its advisor and its asker once more, as it stands now."""
    with told_plainly():
        application = open_application()
        queued = application.service.resend(case_id.upper(), f"{RETRY}{uuid4()}")
        typer.echo(f"{len(queued)} messages queued; the worker delivers them.")


@advisors_app.command("load")
def advisors_load(file: Annotated[Path, typer.Argument(help="Advisor file, YAML.")]) -> None:
    """Make a file the rota. All its faults are named at once, and then nothing is changed."""
    with told_plainly():
        application = open_application()
        rota = rota_from_file(file, application.corpus)
        application.store_rota(rota)
        typer.echo(f"{len(rota.advisors)} advisors loaded, {len(rota.duty)} in the duty pool.")


@advisors_app.command("check")
def advisors_check(file: Annotated[Path, typer.Argument(help="Advisor file, YAML.")]) -> None:
    """Check a file without loading it: all its faults, and the topics that would have nobody."""
    with told_plainly():
        application = open_application()
        rota = rota_from_file(file, application.corpus)
        missing = uncovered(rota, application.corpus.topics, application.clock.now().date())
        typer.echo(f"{len(rota.advisors)} advisors, {len(rota.duty)} in the duty pool. No faults.")
        if missing:
            typer.echo(f"Nobody takes {', '.join(missing)}: those cases would go to whoever is free.")
        if silent := by_letter_alone(rota) if application.links is None else ():
            typer.echo(wording_advisor.cannot_act(silent))


@advisors_app.command("add")
def advisors_add(
    advisor_id: Annotated[str, typer.Argument(help="A short id, such as maya-okafor.")],
    name: Annotated[str | None, typer.Option(help="Full name; needed for somebody new.")] = None,
    role: Annotated[str | None, typer.Option(help="What askers read beside the name.")] = None,
    topics: Annotated[str | None, typer.Option(help="Topics, with commas; none means all.")] = None,
    slack: Annotated[str | None, typer.Option(help="Slack member id, or the e-mail address in Slack.")] = None,
    teams: Annotated[str | None, typer.Option(help="Entra object id.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    deputy: Annotated[str | None, typer.Option(help="Id of the deputy.")] = None,
) -> None:
    """Add somebody to the rota, or change what is given here and nothing else; an empty value takes it away.

    For hours and absences load a file.
    """
    told = {"name": name, "role": role, "slack": slack, "teams": teams, "email": email}
    told |= {"topics": topics, "deputy": deputy}
    given = {field: value for field, value in told.items() if value is not None}
    with told_plainly():
        application = open_application()
        if slack and "@" in slack:
            given["slack"] = member_id(slack, application.settings)
        with application.open_unit() as unit:
            rota = unit.rota.for_change()
            changed, advisor, fields = with_fields(
                rota, advisor_id, given, topics=application.corpus.topics, day=application.clock.now().date()
            )
            unit.rota.replace(changed)
            unit.commit()
        typer.echo(wording_advisor.rota_changed(advisor, fields, is_new=rota.get(advisor_id) is None).text)


@advisors_app.command("away")
def advisors_away(
    advisor_id: Annotated[str, typer.Argument(help="The advisor's id.")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day away.")] = None,
) -> None:
    """Mark somebody as away from today. Cases they hold go on at the next reminder."""
    _change_presence(
        advisor_id, lambda rota, today: rota.with_absence(advisor_id, today, until.date() if until else None)
    )
    typer.echo(f"{advisor_id} is away {f'until {until:%-d %B %Y}' if until else 'until further notice'}.")


@advisors_app.command("back")
def advisors_back(advisor_id: Annotated[str, typer.Argument(help="The advisor's id.")]) -> None:
    """Mark somebody as back from today."""
    _change_presence(advisor_id, lambda rota, today: rota.with_return(advisor_id, today))
    typer.echo(f"{advisor_id} is back.")


def _change_presence(advisor_id: str, change: Callable[[Rota, date], Rota]) -> None:
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            rota = unit.rota.for_change()
            advisor = rota.known(advisor_id)
            unit.rota.replace(change(rota, application.clock.now().astimezone(advisor.hours.zone).date()))
            unit.commit()


@advisors_app.command("list")
def advisors_list() -> None:
    """List the rota with how many cases each advisor holds."""
    with told_plainly():
        with open_application().open_unit() as unit:
            rota, load = unit.rota.current(), unit.cases.load()
        today = datetime.now(UTC).date()
        if not rota.advisors:
            typer.echo("Nobody is on the rota. Load a file: smpolicy advisors load FILE.yaml")
        for advisor in rota.advisors:
            where = ", ".join(platform.value for platform, _ in advisor.addresses)
            what = ", ".join(sorted(advisor.topics)) or "any topic"
            duty = ", duty pool" if advisor.id in rota.duty else ""
            away = "" if advisor.is_present(today) else ", away"
            held = f"{load.get(advisor.id, 0)} cases"
            typer.echo(f"{advisor.id:<20} {advisor.name} ({advisor.role}): {held}, {where}, {what}{duty}{away}")


@cases_app.command("export")
def cases_export(
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of JSON.")] = False,
    words: Annotated[bool, typer.Option("--words", help="Questions and advice too, as stored (masked).")] = False,
) -> None:
    """Export all cases for a records officer or a freedom-of-information request. Askers are not named."""
    with told_plainly():
        application = open_application()
        with application.open_unit() as unit:
            rows = [
                {
                    **_case_summary(case),
                    "topics": " ".join(case.topics),
                    "ended_at": case.ended_at.isoformat() if case.ended_at else "",
                    "guidance_version": case.guidance_version,
                    "passages": " ".join(case.passages),
                    "moves": " ".join(event.move.value.replace(" ", "_") for event in unit.cases.events(case.id)),
                    **({"question": case.question, "advice": case.advice} if words else {}),
                }
                for case in reversed(unit.cases.all())
            ]
    if not as_csv:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else ["id"])
    table.writeheader()
    table.writerows({name: _inert(str(value)) for name, value in row.items()} for row in rows)


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


PersonOption = Annotated[str, typer.Option("--person", help="platform:tenant:id, such as slack:T012:U345.")]


@privacy_app.command("export")
def privacy_export(person: PersonOption) -> None:
    """Print all that is kept of a person, as JSON."""
    with told_plainly():
        application = open_application()
        found = export_person(application.database, person, application.hash_keys)
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@privacy_app.command("erase")
def privacy_erase(
    person: PersonOption, yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False
) -> None:
    """Take a person out for good. Their cases stay, without them and without their words."""
    with told_plainly():
        if not yes:
            typer.confirm(f"Take out {person} for good?", abort=True)
        application = open_application()
        done = erase_person(application.database, person, application.hash_keys, application.clock.now())
        typer.echo(
            f"Taken out: {done['cases']} cases' words, {done['questions']} questions, {done['messages']} messages, "
            f"{done['places']} addresses."
        )
        if done["cases_left"]:
            left = f"{done['cases_left']} cases are left as they are: in work, or under legal hold."
            typer.echo(left, err=True)
            raise typer.Exit(FAILED)


@privacy_app.command("hold")
def privacy_hold(
    case_id: Annotated[str, typer.Argument(help="Such as SM-2026-0042.")],
    lift: Annotated[bool, typer.Option("--lift", help="Lift the hold.")] = False,
) -> None:
    """Keep a case whatever its age, for a court or an inquiry."""
    with told_plainly():
        if not set_hold(open_application().database, case_id.upper(), on_hold=not lift):
            raise UnknownCase(case_id.upper())
        typer.echo(f"{case_id.upper()} is {'no longer ' if lift else ''}under legal hold.")
