"""Replies of every kind, made by bot.wording over a small hand-made corpus."""

from dataclasses import replace
from datetime import UTC, datetime

from bot import wording, wording_advisor, wording_asker, wording_desk, wording_precedents, wording_receipt
from bot.advice import Advice, Choice, Clarify, Reason, Signpost
from bot.advisors import Advisor, Rota
from bot.case import Case, CaseEvent, Move, State
from bot.draft import check_draft
from bot.errors import BadDraft
from bot.messages import Person, Place, Platform
from bot.precedent import PrecedentState
from bot.precedent_draft import write_draft
from bot.replies import Reply
from bot.stripping import Stripper
from bot.wording_receipt import Basis
from knowledge.entry import Condition, Corpus, DraftRule, FactDefinition, FactValue, Verdict
from knowledge.passage import Document, Passage, Status
from tests.builders import NOON, a_precedent

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TIPS = Document("tips", "Ten tips", "Cabinet Office", 2009, "2009", "https://example.gov.uk/tips?a=1&b=(2)", "OGL 3.0")
GUIDE = Document(
    "guide", "Social media guidance", "Cabinet Office", 2014, "2014", "https://example.gov.uk/guide", "OGL"
)
QUESTION = "can I retweet my *minister* from [my own account](https://evil.example)? <at>Everyone</at>"


def a_corpus() -> Corpus:
    """Ten verbatim tips and one passage in our own words."""
    tips = [
        Passage(f"uk/tip-{n}.1", f"Tip {n}", f"Be number {n}", True, ("tips",), TIPS, f"tip {n}", Status.VERIFIED)
        for n in range(1, 11)
    ]
    rule = Passage(
        "uk/personal-accounts.3",
        "Personal accounts",
        "What you post from a personal account is still judged by the Civil Service Code.",
        False,
        ("personal-accounts",),
        GUIDE,
        "section 3",
        Status.VERIFIED,
    )
    account = FactDefinition(
        "account",
        "Is this about an official account, or your own?",
        (FactValue("official", "An official account", ()), FactValue("personal", "My own account", ())),
    )
    return Corpus(
        pack="uk",
        version="uk@0123456789ab",
        topics={"personal-accounts": "Personal accounts"},
        documents={TIPS.key: TIPS, GUIDE.key: GUIDE},
        passages={passage.id: passage for passage in (*tips, rule)},
        entries={},
        examples=(),
        facts={"account": account},
        glossary=(),
    )


def an_advice(verdict: Verdict = Verdict.YES_IF, **changes: object) -> Advice:
    corpus = a_corpus()
    advice = Advice(
        verdict=verdict,
        confidence=0.9,
        summary="You may share it as information, not as support.",
        citations=(corpus.passages["uk/personal-accounts.3"], corpus.passages["uk/tip-1.1"]),
        topics=("personal-accounts",),
        facts={"account": "personal"},
        guidance_version=corpus.version,
    )
    return replace(advice, **changes)


def an_advisor() -> Advisor:
    return Advisor("maya-okafor", "Maya Okafor", "Propriety adviser", frozenset(), ((Platform.TEAMS, "entra-maya"),))


def a_case(**changes: object) -> Case:
    place = Place(Platform.TEAMS, "a:1", {"conversation_id": "a:1"})
    case = Case(
        id="SM-2026-0042",
        state=State.OPEN,
        question=QUESTION,
        facts={"account": "personal"},
        topics=("personal-accounts",),
        why="The guidance and the Civil Service Code do not settle this.",
        advisor_needs=("Which post is it?",),
        passages=("uk/personal-accounts.3",),
        guidance_version="uk@0123456789ab",
        asker=Person(Platform.TEAMS, ("entra-asker",), "tenant-1"),
        place=place,
        advisor_id="maya-okafor",
        chosen_because="takes personal-accounts",
        opened_at=MONDAY,
        acknowledge_by=datetime(2026, 11, 23, 13, 30, tzinfo=UTC),
        answer_by=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    )
    return replace(case, **changes)


def replies() -> dict[str, Reply]:
    """One reply of each kind, by a name that serves as a file name."""
    corpus, advisor, case = a_corpus(), an_advisor(), a_case()
    answered = a_case(state=State.ANSWERED, advice="Yes.\n\nBut *don't* add {{DATE(2026-01-01T00:00:00Z)}}.")
    waiting = a_case(state=State.WAITING_FOR_ASKER)
    asked = CaseEvent(case.id, 2, MONDAY, advisor.id, Move.ASK_BACK, State.WAITING_FOR_ASKER, "Is it public?")
    replied = CaseEvent(case.id, 3, MONDAY, "asker", Move.REPLY, State.CLAIMED, "Since last week.")
    advised = CaseEvent(case.id, 4, MONDAY, advisor.id, Move.ANSWER, State.ANSWERED, answered.advice)
    before = replace(corpus.passages["uk/personal-accounts.3"], text="The Code does not end at the office door.")
    conditions = (Condition("You don't use official resources.", "uk/personal-accounts.3"),)
    clarify = Clarify(
        "account",
        "Is this about an official account, or your own?",
        (
            Choice("official", "An official account", Verdict.YES, "It is there for that."),
            Choice("personal", "My own account", Verdict.NO, "It would draw you in."),
        ),
    )
    unsettled = an_advice(Verdict.ASK_ADVISOR, reason=Reason.UNSETTLED)
    signpost = Signpost("If anyone is in danger, call 999 now", "Call 999 first.", "Tell security.", "threatened")
    rule = DraftRule("mention", "Call nobody in.", (r"<[^>]+> \*\w+\*",), ("uk/personal-accounts.3",), Verdict.NO)
    checked = check_draft("Look: <!channel> *everyone* <at>All</at> *now*", replace(corpus, draft_rules=(rule,)))
    precedent = a_precedent(question=QUESTION, topics=("personal-accounts",), passages=("uk/personal-accounts.3",))
    expired = replace(precedent, id="PR-2026-0002", state=PrecedentState.SIGNED, review_by=MONDAY.date())
    today, stripper = NOON.date(), Stripper(frozenset({"can", "my"}))
    draft = write_draft(replace(answered, question="Can *Priya* retweet {it}?"), corpus, stripper, today)
    return {
        "yes-if": wording.answer(an_advice(conditions=conditions), "q-1", corpus),
        "no": wording.answer(
            an_advice(Verdict.NO, instead="Share the department's post.", status=Status.REPORTED),
            "q-1",
            corpus,
        ),
        "info": wording.answer(an_advice(Verdict.INFO), "q-1", corpus),
        "clarify": wording.answer(an_advice(Verdict.CLARIFY, clarify=clarify), "q-1", corpus),
        "not-covered": wording.answer(an_advice(Verdict.NOT_COVERED, citations=()), "q-1", corpus),
        "handed-over": wording_asker.handed_over(unsettled, "q-1", corpus, case, advisor, NOON),
        "nobody-to-ask": wording_asker.nobody_to_ask(unsettled, "q-1", corpus, alone=False),
        "notice": wording_advisor.notice(case, advisor, corpus, ()),
        "claimed": wording_asker.claimed(case, advisor),
        "advised": wording_asker.advised(answered, advisor),
        "asked-back": wording_asker.asked_back(waiting, advisor, "Is it <b>public</b>?"),
        "case-view": wording_asker.case_view(waiting, advisor, (asked,)),
        "case-list": wording_desk.case_list([a_case(id=f"SM-2026-{n:04d}") for n in range(1, 13)], queue=True),
        "receipt": wording_receipt.answer_receipt(
            QUESTION,
            MONDAY,
            an_advice(conditions=conditions, rests_on=("uk/personal-accounts.3", "uk/tip-1.1")),
            Basis(corpus.version, corpus.passages),
            corpus,
        ),
        "case-receipt": wording_receipt.case_receipt(
            answered,
            Rota((advisor,)),
            (asked, replied, advised),
            Basis("uk@ffffffffffff", {**corpus.passages, before.id: before}),
            corpus,
        ),
        "tips": wording.tips(corpus, None),
        "tip": wording.tips(corpus, 4),
        "help": wording.help_text(),
        "draft-checked": wording.draft_checked(checked, corpus),
        "signpost": wording.answer(an_advice(Verdict.NO, signpost=signpost), "q-1", corpus),
        "not-forwarded": wording.not_forwarded(unsettled, "q-1", corpus),
        "out-of-order": wording.out_of_order(),
        "precedent-beside": wording_precedents.beside(wording.answer(an_advice(), "q-1", corpus), precedent, corpus),
        "precedent-draft": wording_precedents.drafted(case.id, draft),
        "precedent-bad-draft": wording_precedents.bad_draft(case.id, draft.text, BadDraft(["Topics: *x* is unknown"])),
        "precedent-to-sign": wording_precedents.please_sign(precedent, corpus),
        "precedents": wording_precedents.waiting_list([precedent], [], [expired], corpus, NOON.date()),
        "similar-cases": wording_precedents.with_similar(wording_advisor.notice(case, advisor, corpus, ()), [answered]),
        "queue-search": wording_advisor.found_cases("*minister* retweet", [case, answered], advisor.zone),
        "queue-all": wording_advisor.everything_open([case], {advisor.id: advisor}, advisor),
    }
