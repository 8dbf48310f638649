"""Every form with its words, and what is told of forms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import wording_advisor, wording_desk
from bot.advisors import Advisor
from bot.case import Case
from bot.forms import ADVISOR, TEXT, UNTIL, Field, Form
from bot.messages import FACT
from bot.replies import Items, Note, Paragraph, Part, Prompt, Reply, SaidBySomeone
from bot.wording import LONGEST_REPLY, tell, when
from knowledge.entry import Corpus

NOT_SAID = "Not said"
ROTA_CHOOSES = "Whoever the rota chooses"
LOADING_TITLE = "smpolicy"
LOADING = "One moment, I am looking it up…"
CLOSE, CANCEL = "Close", "Cancel"
TITLES = {  # of what is shown in a window, by the verb of the button that opens it
    "ask": "Ask a question",
    "check": "Check a draft",
    "show_tips": "Ten tips",
    "show_case": "Case",
    "answer": "Answer",
    "ask_back": "Ask back",
    "pass_on": "Pass on",
    "away": "Away",
}
FACTS_ASKED = 5
ADVISORS_OFFERED = 50


def ask(corpus: Corpus) -> Form:
    """A question with the facts that decide most of this guidance, none of them said at first."""
    decides = Counter(fact for entry in corpus.entries.values() for fact in entry.deciding)
    asked = {fact for fact, _ in decides.most_common(FACTS_ASKED)} or set(list(corpus.facts)[:FACTS_ASKED])
    choices = tuple(
        Field(
            f"{FACT}{fact.id}",
            fact.question,
            "choice",
            options=(("", NOT_SAID), *((known.value, known.label) for known in fact.values)),
        )
        for fact in corpus.facts.values()
        if fact.id in asked
    )
    text = Field(TEXT, "Your question", hint="Such as: can I retweet my minister? Leave out names and case details.")
    note = Note("What you leave as “Not said” I ask about where it decides the answer.")
    return Form("ask", TITLES["ask"], "Ask", (text, *choices), parts=(note,))


def check() -> Form:
    hint = f"Up to {LONGEST_REPLY:,} characters. Nothing of it is kept: you see the result here."
    return Form("check", TITLES["check"], "Check", (Field(TEXT, "Your draft post", hint=hint),))


def answer(case: Case, advisor: Advisor, corpus: Corpus) -> Form:
    prompt = wording_advisor.answer_prompt(case, corpus)
    return _of_case("answer", prompt, case, advisor, _known(case, corpus))


def ask_back(case: Case, advisor: Advisor) -> Form:
    worth = (Items("Worth finding out", wording_advisor.items(case.advisor_needs)),) if case.advisor_needs else ()
    return _of_case("ask_back", wording_advisor.ask_back_prompt(case), case, advisor, worth)


def pass_on(case: Case, advisor: Advisor, others: Sequence[Advisor], load: Mapping[str, int]) -> Form:
    """Passing a case on, to somebody who is there and may have it or whoever the rota chooses."""
    form = _of_case("pass_on", wording_advisor.PASS_ON_PROMPT, case, advisor, ())
    offered = tuple((one.id, f"{one.name} ({one.role}), {_holds(load.get(one.id, 0))}") for one in others)
    who = Field(ADVISOR, "Who should take it?", "choice", options=(("", ROTA_CHOOSES), *offered[:ADVISORS_OFFERED]))
    return replace(form, fields=(who, *form.fields))


def away() -> Form:
    hint = "Leave it empty to be away until you say that you are back. What you hold goes to others who can take it."
    day = Field(UNTIL, "Last day you are away", "date", hint=hint)
    return Form("away", TITLES["away"], "Go away", (day,))


def _of_case(verb: str, prompt: Prompt, case: Case, advisor: Advisor, more: tuple[Part, ...]) -> Form:
    """A form about a case, with the question above it."""
    due = f"Case {case.id}. An answer is due by {when(case.answer_by, advisor.zone)}."
    parts = (SaidBySomeone("A colleague asks", case.question), *more, Note(due))
    text = Field(TEXT, prompt.label, hint=prompt.hint, draft=prompt.draft)
    return Form(verb, prompt.title, prompt.submit, (text,), {"case": case.id}, parts)


def _known(case: Case, corpus: Corpus) -> tuple[Part, ...]:
    lines = wording_advisor.items(wording_desk.fact_lines(case.facts, corpus))
    why = Paragraph(f"Why it comes to an advisor: {case.why}")
    return (why, Items("Facts given", lines)) if lines else (why,)


def _holds(count: int) -> str:
    return f"{count or 'no'} case{'' if count == 1 else 's'}"


# what is told


def asked() -> Reply:
    return tell("Asked. The answer is in Messages, in your direct message with smpolicy.")


def day_has_passed() -> Reply:
    return tell("Choose today or a day to come, or leave it empty. Nothing was changed.")


def not_sent(written: str) -> Reply:
    """What somebody wrote in a form could not be kept, and the form is gone."""
    said = (
        "I couldn't take what you wrote just now, and nothing was saved. Here it is: please send it again in a few "
        "minutes. If it can't wait, ask your line manager or your department's propriety team, and don't post until "
        "you know."
    )
    return Reply(said, (Paragraph(said), SaidBySomeone("You wrote", written)))


def did_not_open() -> Reply:
    return tell("The form did not open in time. Please press again, or write to me here: help tells what I read.")
