"""The command line, `smpolicy`."""

import asyncio
import json
import sys
import time
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError

from adapters.bootstrap import SAMPLE_ROTA, Application, rota_from_file
from adapters.command import FAILED, USAGE, open_application, out, told_plainly
from adapters.delivery import Dispatcher
from adapters.desk_commands import advisors_app, cases_app, privacy_app
from adapters.doctor import Finding, Health, examine
from adapters.explain import to_explanation_record, write_explanation
from adapters.guidance_commands import guidance_app
from adapters.insight import insight
from adapters.logs import log_to_stderr
from adapters.manifest_commands import manifest_app
from adapters.pdf.file import save_receipt
from adapters.precedent_commands import precedents_app
from adapters.records import AskRecord, BadRecord, advise_on, consider, read_record, to_draft_record, to_record
from adapters.release import prepare_embedded
from adapters.release import release as run_release
from adapters.report import require_pictures, write_report
from adapters.terminal import Chat, TerminalSender, render, write
from adapters.token_commands import tokens_app
from bot import wording
from bot.advice import Advice
from bot.advisors import Assignment, Rota, choose_advisor
from bot.deadlines import deadlines
from bot.draft import check_draft
from bot.evaluation import LabelledQuestion, score
from bot.explanation import Considered, Explanation, explain
from bot.messages import Platform
from bot.wording_receipt import Basis, answer_receipt
from knowledge.tokens import clean

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Answers civil servants' social media questions from official guidance, and passes unclear ones on.",
)
app.add_typer(guidance_app, name="guidance")
app.add_typer(cases_app, name="cases")
app.add_typer(advisors_app, name="advisors")
app.add_typer(privacy_app, name="privacy")
app.add_typer(precedents_app, name="precedents")
app.add_typer(manifest_app, name="manifest")
app.add_typer(tokens_app, name="tokens")
app.command()(insight)


class Account(StrEnum):
    OFFICIAL = "official"
    PERSONAL = "personal"


PackOption = Annotated[str, typer.Option("--pack", help="Guidance pack to answer from.")]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[str, typer.Option("--jsonl", help="Read JSON Lines from a file, - for standard input.")] = "",
    pack: PackOption = "",
    account: Annotated[Account | None, typer.Option(help="Which account the question is about.")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is asked.")] = None,
    why: Annotated[bool, typer.Option("--explain", help="Tell how the answer came about.")] = False,
    receipt: Annotated[Path | None, typer.Option(help="Write a receipt to this PDF too.", dir_okay=False)] = None,
) -> None:
    """Answer one question, or many with --jsonl. Nothing is stored and nobody is notified."""
    with told_plainly():
        if bool(question) == bool(jsonl):
            typer.echo('Give one question in quotes, as in: smpolicy ask "can I …?", or --jsonl -', err=True)
            raise typer.Exit(USAGE)
        if receipt and jsonl:
            typer.echo("--receipt is for one question, not for --jsonl.", err=True)
            raise typer.Exit(USAGE)
        desk = _Desk(open_application(pack), account, as_of.date() if as_of else None, why=why)
        if jsonl:
            _ask_lines(desk, jsonl)
            return
        record = AskRecord(question=question)
        considered = desk.consider(record)
        if receipt:
            desk.save_receipt(considered, receipt)
        if as_json:
            typer.echo(json.dumps(desk.answer(record), ensure_ascii=False))
            return
        shown = wording.answer(considered.advice, "", desk.application.corpus)
        write(out, render(replace(shown, actions=())))
        for line in desk.next_steps(considered.advice):
            write(out, line)
        if why:
            write_explanation(out, desk.explain(considered))


class _Desk:
    """Answers records as `ask` does, telling who would get what an advisor must decide."""

    def __init__(
        self, application: Application, account: Account | None, as_of: date | None, *, why: bool = False
    ) -> None:
        self.application, self._why = application, why
        self._facts = {"account": account.value} if account else {}
        self._as_of = as_of
        path = application.settings.advisors or SAMPLE_ROTA
        self._rota: Rota = rota_from_file(path, application.corpus)

    def consider(self, record: AskRecord) -> Considered:
        if not record.as_of:
            record = record.model_copy(update={"as_of": self._as_of or datetime.now(UTC).date()})
        return consider(self.application.engine, record, self._facts)

    def save_receipt(self, considered: Considered, path: Path) -> None:
        corpus, at = self.application.corpus, self.application.clock.now()
        basis = Basis(corpus.version, corpus.passages)
        receipt = answer_receipt(considered.question, at, considered.advice, basis, corpus)
        save_receipt(path, receipt, at=at)

    def explain(self, considered: Considered) -> Explanation:
        engine = self.application.engine
        return explain(considered, engine.index.read(considered.text), threshold=engine.threshold)

    def next_steps(self, advice: Advice) -> list[str]:
        """What chat offers as buttons: the choices of a clarify question, or who would get the case."""
        if advice.clarify:
            return [f"  {choice.label}: {wording.LABELS[choice.leads_to]}" for choice in advice.clarify.choices]
        assignment, due = self._taken_by(advice)
        if assignment is None or due is None:
            return []
        who = f"{assignment.advisor.name} ({assignment.advisor.role})"
        return [f"In chat this would go to {who}, who would answer by {wording.when(due)}."]

    def _taken_by(self, advice: Advice) -> tuple[Assignment | None, datetime | None]:
        """Who would get a question that an advisor must decide, and by when they would answer."""
        now = datetime.now(UTC)
        assignment = choose_advisor(self._rota, advice.topics, load={}, asker=None, now=now) if advice.reason else None
        return assignment, deadlines(now, assignment.advisor.hours).answer_by if assignment else None

    def answer(self, record: AskRecord) -> dict[str, Any]:
        engine = self.application.engine
        started = time.perf_counter()
        considered = self.consider(record)
        advice = considered.advice
        took_ms = (time.perf_counter() - started) * 1000
        assignment, due = self._taken_by(advice)
        answer = to_record(advice, engine.corpus, record_id=record.id, took_ms=took_ms, assignment=assignment, due=due)
        return {**answer, "explanation": to_explanation_record(self.explain(considered))} if self._why else answer


def _ask_lines(desk: _Desk, source: str) -> None:
    try:
        with sys.stdin.buffer if source == "-" else open(source, "rb") as lines:
            for line in lines:
                if line.strip():
                    sys.stdout.write(json.dumps(_answer_line(desk, line), ensure_ascii=False) + "\n")
                    sys.stdout.flush()
    except OSError as error:
        typer.echo(f"--jsonl: cannot read {source}: {error.strerror}", err=True)
        raise typer.Exit(USAGE) from None


def _answer_line(desk: _Desk, line: bytes) -> dict[str, Any]:
    """One output record; for a bad line one with `error`, and the run goes on."""
    record_id = None
    try:
        data = json.loads(line)
        record_id = data.get("id") if isinstance(data, dict) else None
        return desk.answer(read_record(data))
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    except BadRecord as error:
        return {"id": record_id, "error": str(error)}


@app.command()
def check(
    draft: Annotated[str, typer.Argument(help="The draft post, in quotes; - reads it from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    pack: PackOption = "",
) -> None:
    """Look a draft post over for what touches a rule. Nothing is stored and nobody is notified."""
    with told_plainly():
        text = clean(sys.stdin.buffer.read().decode("utf-8", "replace") if draft == "-" else draft)
        if refused := wording.unreadable(text):
            typer.echo(refused.text, err=True)
            raise typer.Exit(USAGE)
        corpus = open_application(pack).corpus
        checked = check_draft(text, corpus)
        if as_json:
            typer.echo(json.dumps(to_draft_record(checked, text, corpus), ensure_ascii=False))
            return
        write(out, render(wording.draft_checked(checked, corpus)))


@app.command()
def chat(pack: PackOption = "") -> None:
    """Talk to the bot at the keyboard, as asker and as advisor."""
    with told_plainly():
        application = open_application(pack)
        prepare_embedded(application)
        talk = Chat(application.service.handle, out)
        senders = {Platform.TERMINAL: TerminalSender(talk.show)}
        dispatcher = Dispatcher(
            senders, application.outbox, application.rota, application.clock, application.service.on_timer
        )
        asyncio.run(talk.run(dispatcher, interactive=sys.stdin.isatty()))


@app.command()
def run() -> None:
    """Everything in one process on an embedded database."""
    from adapters.web import serve  # the platforms' SDKs take half a second to import, which `ask` need not wait for

    with told_plainly():
        log_to_stderr()
        application = open_application()
        prepare_embedded(application)
        asyncio.run(serve(application, with_worker=True, started=_say_started))


@app.command()
def web() -> None:
    """Answer the platforms (Procfile)."""
    from adapters.web import serve

    with told_plainly():
        log_to_stderr()
        asyncio.run(serve(open_application(), with_worker=False, started=_say_started))


@app.command()
def worker() -> None:
    """Deliver what is queued (Procfile)."""
    from adapters.worker import work

    with told_plainly():
        log_to_stderr()
        asyncio.run(work(open_application()))


@app.command()
def release() -> None:
    """Bring the database up to date and load the advisor file (Procfile)."""
    with told_plainly():
        application = open_application()
        run_release(application)
        typer.echo("The database is up to date.")


class Part(StrEnum):
    SLACK = "slack"


@app.command()
def doctor(
    part: Annotated[
        Part | None, typer.Argument(help="Ask Slack itself about its part; everything here if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at every part of the service and say what to do where one is not well. Exit 1 where something must be
    mended."""
    with told_plainly():
        findings = list(_examine_slack() if part is Part.SLACK else examine(open_application()))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        typer.echo("\n".join(map(str, findings)))
    if any(finding.health is Health.ILL for finding in findings):
        raise typer.Exit(FAILED)


def _examine_slack() -> list[Finding]:
    from adapters.slack.doctor import examine_slack

    async def ask() -> list[Finding]:
        return [finding async for finding in examine_slack(open_application())]

    return asyncio.run(ask())


def _say_started(address: str) -> None:
    typer.echo(f"smpolicy listens on {address}", err=True)


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled questions, YAML.", exists=True, dir_okay=False)],
    misses: Annotated[bool, typer.Option("--misses", help="List the questions that were missed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write a report with pictures to this folder.", file_okay=False)
    ] = None,
    pack: PackOption = "",
) -> None:
    """Score the engine on labelled questions."""
    with told_plainly():
        try:
            labels = [LabelledQuestion.model_validate(row) for row in yaml.safe_load(file.read_text("utf-8"))]
        except (yaml.YAMLError, TypeError, ValidationError) as error:
            typer.echo(f"{file} is no list of labelled questions: {error}", err=True)
            raise typer.Exit(USAGE) from None
        if report:
            require_pictures()
        engine = open_application(pack).engine
        figures, scored = score(
            labels,
            lambda label: advise_on(engine, AskRecord.model_validate(label.model_dump(include=_RECORD_FIELDS))),
        )
        if report:
            written = write_report(report, file.stem, figures, scored, version=engine.corpus.version)
            typer.echo(f"The report is in {written}", err=True)
        if as_json:
            wrong = {
                "harmful": [row.label.id for row in scored if row.harmful],
                "not_acceptable": [row.label.id for row in scored if not row.acceptable],
                "topic": [row.label.id for row in scored if row.label.topics and not row.topic_hit(1)],
            }
            typer.echo(json.dumps({**figures.as_dict(), "misses": wrong}))
            return
        typer.echo("\n".join(figures.lines()))
        if misses:
            for row in scored:
                kinds = [
                    name
                    for name, wrong_here in (
                        ("harmful", row.harmful),
                        ("verdict", not row.acceptable),
                        ("topic", bool(row.label.topics) and not row.topic_hit(1)),
                    )
                    if wrong_here
                ]
                if kinds:
                    typer.echo(
                        f"{row.label.id}  {'+'.join(kinds):<22} {row.label.verdict.value} → "
                        f"{row.advice.verdict.value} by {row.advice.entry or 'abstention'}: {row.label.question}"
                    )


_RECORD_FIELDS = {"id", "question", "history", "profile", "as_of"}


def main() -> None:
    """The console script."""
    app()
