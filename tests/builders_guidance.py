"""Guidance small enough to index in milliseconds, as values and as files."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.engine import GuidanceEngine
from knowledge.entry import (
    Condition,
    Corpus,
    DraftRule,
    Entry,
    Example,
    FactCase,
    FactDefinition,
    FactValue,
    Outcome,
    SafetyRule,
    Term,
    Verdict,
)
from knowledge.index import Index
from knowledge.passage import Document, Passage, Status

# values

ACCOUNT = FactDefinition(
    "account",
    "Is this about an official account, or your own?",
    (
        FactValue("official", "An official account", (r"\b(official|our|department's) account\b",)),
        FactValue("personal", "My own account", (r"\bmy own account\b", r"\bpersonal account\b")),
    ),
)
PUBLISHED = FactDefinition(
    "published",
    "Is the information already published?",
    (
        FactValue("no", "Not published yet", (r"\bunpublished\b", r"\bnot published\b")),
        FactValue("yes", "Already published", (r"\balready published\b", r"\bon gov\.uk\b")),
    ),
)
PERIOD = FactDefinition(
    "period",
    "Is a pre-election period running?",
    (
        FactValue("normal", "No, normal times", ()),
        FactValue("pre-election", "Yes, a pre-election period", (r"\bpurdah\b",)),
    ),
)


def a_document(key: str = "GUIDE", **fields: Any) -> Document:
    defaults: dict[str, Any] = {
        "title": "Social media guidance",
        "publisher": "Cabinet Office",
        "year": 2014,
        "dated": "October 2014",
        "url": "https://example.gov.uk/guide",
        "licence": "OGL-UK-3.0",
    }
    return Document(key, **{**defaults, **fields})


def a_passage(passage_id: str = "uk/personal-accounts.1", **fields: Any) -> Passage:
    defaults: dict[str, Any] = {
        "title": "Personal accounts",
        "text": "The Civil Service Code applies to what you post.",
        "verbatim": False,
        "topics": (passage_id.partition("/")[2].partition(".")[0],),
        "document": a_document(),
        "section": "section 3",
        "status": Status.VERIFIED,
    }
    return Passage(passage_id, **{**defaults, **fields})


def an_outcome(verdict: Verdict = Verdict.YES, **fields: Any) -> Outcome:
    defaults: dict[str, Any] = {
        "reason": f"The reason for {verdict}.",
        "conditions": (),
        "instead": "Do it well.",
        "passages": ("uk/personal-accounts.1",),
    }
    return Outcome(verdict, **{**defaults, **fields})


def an_entry(entry_id: str = "blog-about-work", verdict: Verdict = Verdict.YES, **fields: Any) -> Entry:
    """An entry. Fields of its own outcome (reason, conditions, instead, passages) may be given as well."""
    own = {name: fields.pop(name) for name in ("reason", "conditions", "instead", "passages") if name in fields}
    defaults: dict[str, Any] = {
        "title": entry_id.replace("-", " ").capitalize(),
        "topics": ("personal-accounts",),
        "outcome": an_outcome(verdict, **own),
        "by_facts": (),
        "asks": "",
        "advisor_needs": (),
        "ask_role": "",
        "status": Status.VERIFIED,
        "review_by": None,
    }
    return Entry(entry_id, **{**defaults, **fields})


def the_tips() -> tuple[Passage, ...]:
    tips = a_document("TIPS", title="Ten tips", year=2009, dated="2009", url="https://example.gov.uk/tips")
    return tuple(
        a_passage(f"uk/tip-{n}.1", title=f"Tip {n}", text=f"Be number {n}", verbatim=True, document=tips)
        for n in range(1, 11)
    )


def a_corpus(
    entries: Sequence[Entry] = (),
    *,
    passages: Sequence[Passage] = (),
    examples: Sequence[Example] = (),
    facts: Sequence[FactDefinition] = (ACCOUNT, PUBLISHED, PERIOD),
    glossary: Sequence[Term] = (),
    draft_rules: Sequence[DraftRule] = (),
    safety: Sequence[SafetyRule] = (),
    version: str = "uk@0123456789ab",
) -> Corpus:
    """A corpus with the ten tips. Each passage that an entry names and that is not given is made up."""
    named = [
        name
        for entry in entries
        for outcome in (entry.outcome, *(case.outcome for case in entry.by_facts))
        for name in (*outcome.passages, *(condition.passage for condition in outcome.conditions))
    ]
    named += [name for rule in draft_rules for name in rule.passages]
    known = {passage.id: passage for passage in (*the_tips(), *passages)}
    known |= {name: a_passage(name) for name in named if name not in known}
    topics = dict.fromkeys(topic for entry in entries for topic in entry.topics)
    return Corpus(
        pack="uk",
        version=version,
        topics={topic: topic.replace("-", " ").capitalize() for topic in topics},
        documents={passage.document.key: passage.document for passage in known.values()},
        passages=known,
        entries={entry.id: entry for entry in entries},
        examples=tuple(examples),
        facts={fact.id: fact for fact in facts},
        glossary=tuple(glossary),
        draft_rules=tuple(draft_rules),
        safety=tuple(safety),
    )


def a_draft_rule(rule_id: str = "swearing", *patterns: str, **fields: Any) -> DraftRule:
    defaults: dict[str, Any] = {
        "label": f"Look at the {rule_id}.",
        "patterns": patterns or (r"\bdarn\b",),
        "passages": ("uk/respect.1",),
        "weight": Verdict.NO,
    }
    return DraftRule(rule_id, **{**defaults, **fields})


def a_safety_rule(rule_id: str = "threats", *patterns: str, **fields: Any) -> SafetyRule:
    defaults: dict[str, Any] = {
        "title": "If you are in danger, call 999",
        "patterns": patterns or (r"\bthreatened\b",),
        "entry": "answering-trolls",
    }
    return SafetyRule(rule_id, **{**defaults, **fields})


BIO = an_entry(
    "job-title-in-bio",
    Verdict.YES,
    title="Showing your job title in a bio",
    topics=("identifying-role",),
    reason="You may say where you work in your bio.",
    passages=("uk/identifying-role.1",),
)
BLOG = an_entry(
    "blog-about-work",
    Verdict.YES_IF,
    title="Blogging about your work",
    topics=("personal-accounts",),
    reason="You may blog about your work within the Code.",
    conditions=(Condition("You keep it to what is public.", "uk/confidentiality.1"),),
    instead="Talk to your line manager first.",
)
LEAK = an_entry(
    "share-draft-report",
    Verdict.NO,
    title="Sharing an unpublished draft report",
    topics=("confidentiality",),
    reason="Drafts need authority before they go out.",
    instead="Wait until it is published, then share it.",
    passages=("uk/confidentiality.1",),
    by_facts=(
        FactCase(
            {"published": "yes"},
            an_outcome(Verdict.YES, reason="It is public.", passages=("uk/confidentiality.1",)),
        ),
    ),
)
MINISTER = an_entry(
    "retweet-minister",
    Verdict.CLARIFY,
    title="Retweeting a minister",
    topics=("impartiality",),
    reason="It depends on whose account it is.",
    asks="account",
    passages=("uk/impartiality.1",),
    by_facts=(
        FactCase(
            {"account": "official"},
            an_outcome(Verdict.YES, reason="Official accounts explain policy.", passages=("uk/impartiality.1",)),
        ),
        FactCase(
            {"account": "personal"},
            an_outcome(Verdict.NO, reason="It looks partisan.", passages=("uk/impartiality.2",)),
        ),
    ),
)
CANDIDATE = an_entry(
    "friend-stands-as-candidate",
    Verdict.ASK_ADVISOR,
    title="A friend stands as a candidate",
    topics=("political-activity",),
    reason="It turns on your post and on what you would say.",
    passages=("uk/political-activity.1",),
    advisor_needs=("Your grade", "What the post says"),
    ask_role="Propriety team",
)
TIPS = an_entry(
    "what-tips-say",
    Verdict.INFO,
    title="What the ten tips say",
    topics=("tip-1",),
    reason="There are ten tips.",
    passages=("uk/tip-1.1", "uk/tip-2.1"),
)
TROLLS = an_entry(
    "answering-trolls",
    Verdict.INFO,
    title="Answering trolls",
    topics=("respect",),
    reason="It is said that silence works best.",
    passages=("uk/respect.1",),
    status=Status.UNVERIFIED,
)
LEAVE = an_entry(
    "annual-leave",
    Verdict.NOT_COVERED,
    title="Annual leave",
    topics=(),
    reason="Leave is not in this guidance.",
    instead="Ask HR.",
    passages=(),
)
_QUESTIONS = {
    BIO.id: [
        "Can I put my job title in my bio?",
        "Is it fine to name my job title in a bio?",
        "May my linkedin bio show my job title?",
        "job title in twitter bio, allowed",
        "Should I hide my job title from my bio?",
        "bio says my job title, problem?",
    ],
    BLOG.id: [
        "Can I blog about my work?",
        "Is writing a blog on my daily work ok?",
        "may I start a work blog",
        "blog posts about work, allowed?",
        "Could I write a blog post on work?",
        "personal blog about my work",
    ],
    LEAK.id: [
        "Can I share a draft report?",
        "May I share the draft report with a friend?",
        "share our draft report on facebook",
        "Is it ok to tweet from a draft report?",
        "posting a draft report before launch",
        "Can the draft report go on twitter?",
    ],
    MINISTER.id: [
        "Can I retweet the minister?",
        "May I retweet my minister?",
        "is it ok to retweet a minister",
        "retweet minister's announcement",
        "Can we retweet what the minister says?",
        "minister posted, may I retweet",
    ],
    CANDIDATE.id: [
        "My friend stands as a candidate, may I like her leaflet?",
        "friend is a candidate for the council, can I cheer",
        "Can I wish a candidate luck who is my friend?",
        "candidate is an old friend of mine",
        "my friend the candidate wants me in a photo",
        "May I follow a friend who is a candidate?",
    ],
    TIPS.id: [
        "What do the ten tips say?",
        "which ten tips are there",
        "list the ten tips",
        "show me the ten tips please",
        "Where are the ten tips?",
        "ten tips summary",
    ],
    TROLLS.id: [
        "How do I answer trolls?",
        "trolls are everywhere, answer them?",
        "should we answer trolls",
        "abusive trolls in our replies",
        "ignore trolls or answer trolls?",
        "dealing with trolls",
    ],
    LEAVE.id: [
        "How much annual leave do I get?",
        "annual leave allowance",
        "carry over annual leave",
        "book annual leave",
        "who signs off annual leave?",
        "buy extra annual leave",
    ],
}
FACEBOOK = Term("facebook", ("fb", "face book"), "A network of profiles, pages and groups.")


@cache
def the_small_corpus() -> Corpus:
    """Eight entries, one for each verdict and one unverified, six examples each."""
    return a_corpus(
        (BIO, BLOG, LEAK, MINISTER, CANDIDATE, TIPS, TROLLS, LEAVE),
        examples=[Example(question, entry) for entry, asked in _QUESTIONS.items() for question in asked],
        glossary=(FACEBOOK,),
    )


@cache
def the_small_index() -> Index:
    return Index(the_small_corpus())


def an_engine(threshold: float = 0.30) -> GuidanceEngine:
    """The real engine over the small corpus."""
    return GuidanceEngine(the_small_index(), threshold)


# files


def a_passage_row(passage_id: str = "blogs.1", **changes: Any) -> dict[str, Any]:
    row = {
        "id": passage_id,
        "title": "Blogs",
        "text": "Be careful what you blog.",
        "document": "GUIDE",
        "section": "section 1",
        "status": "verified",
    }
    return _without_none({**row, **changes})


def an_entry_row(entry_id: str = "blog-about-work", **changes: Any) -> dict[str, Any]:
    """A row of a topic file; None leaves a field out."""
    row = {
        "id": entry_id,
        "title": "Blogging about your work",
        "topics": ["blogs"],
        "verdict": "yes_if",
        "reason": "You may within the Code.",
        "conditions": [{"text": "It is public.", "passage": "blogs.1"}],
        "instead": "Talk to your line manager.",
        "passages": ["blogs.1"],
        "status": "verified",
        "review_by": "2027-11-30",
    }
    return _without_none({**row, **changes})


def a_clarify_row(entry_id: str = "blog-about-work", **changes: Any) -> dict[str, Any]:
    by_facts = [
        {"when": {"account": "official"}, "verdict": "yes", "reason": "It is your job."},
        {"when": {"account": "personal"}, "verdict": "no", "reason": "It is not your job."},
    ]
    row = {"verdict": "clarify", "conditions": None, "asks": "account", "by_facts": by_facts}
    return an_entry_row(entry_id, **{**row, **changes})


def a_topic_file(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = list(entries) or [an_entry_row()]
    return _without_none({"topic": "blogs", "passages": [a_passage_row()], "entries": rows, **changes})


def questions_for(entry_id: str, count: int = 6) -> list[Any]:
    return [f"question {number} about {entry_id}" for number in range(1, count + 1)]


def a_pack_head(**changes: Any) -> dict[str, Any]:
    account = {
        "id": "account",
        "question": "Which account is it?",
        "values": [
            {"value": "official", "label": "An official account", "patterns": [r"\bofficial\b"]},
            {"value": "personal", "label": "My own account", "patterns": [r"\bmy own\b"]},
        ],
    }
    head = {"id": "small", "title": "A small pack", "jurisdiction": "Nowhere", "licence": "OGL"}
    return _without_none({**head, "facts": [account], **changes})


def write_pack(
    tmp_path: Path,
    *entries: dict[str, Any],
    examples: dict[str, Any] | None = None,
    near_misses: dict[str, Any] | None = None,
    **files: Any,
) -> Path:
    """Write a pack named "small" and give the folder it lies in.

    Args:
        entries: rows of its one topic file, blogs.yaml; one valid entry without any.
        examples: by entry; six for each entry without any.
        near_misses: by the entry they miss.
        files: content of a file by its name without .yaml, in place of the valid one: data to be dumped,
            text or bytes as they are, or None for no such file. "topics" is the list beside the packs.
    """
    rows = list(entries) or [an_entry_row()]
    document = {
        "title": "Guide",
        "publisher": "Cabinet Office",
        "year": 2014,
        "dated": "2014",
        "url": "https://example.gov.uk/guide",
        "licence": "OGL",
    }
    term = {"term": "facebook", "also": ["fb"], "means": "A network."}
    content: dict[str, Any] = {
        "topics": {"topics": [{"id": "blogs", "title": "Blogs"}, {"id": "other", "title": "Other things"}]},
        "pack": a_pack_head(),
        "documents": {"documents": {"GUIDE": document}},
        "glossary": {"terms": [term]},
        "blogs": a_topic_file(*rows),
        **files,
    }
    if examples is None:
        examples = {row["id"]: questions_for(row["id"]) for row in rows if "id" in row}
    pack = tmp_path / "small"
    (pack / "examples").mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        _write((tmp_path if name == "topics" else pack) / f"{name}.yaml", data)
    asked = {"examples": examples} | ({"near_misses": near_misses} if near_misses else {})
    _write(pack / "examples" / "blogs.yaml", asked)
    return tmp_path


def _write(path: Path, data: Any) -> None:
    if isinstance(data, bytes):
        path.write_bytes(data)
    elif isinstance(data, str):
        path.write_text(data, encoding="utf-8")
    elif data is not None:
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _without_none(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
