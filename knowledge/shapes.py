"""The shapes of guidance files, declared once: they check the files and make the published schema."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from knowledge.entry import Verdict
from knowledge.passage import Status


def _not_a_boolean(value: object) -> object:
    if isinstance(value, bool):
        word = "yes" if value else "no"
        raise ValueError(f'YAML read {word} as a boolean: put it in quotes, "{word}"')
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_not_a_boolean)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"), BeforeValidator(_not_a_boolean)]
PassageId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[0-9]+$"), BeforeValidator(_not_a_boolean)]
VerdictWord = Annotated[Verdict, BeforeValidator(_not_a_boolean)]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$"), BeforeValidator(_not_a_boolean)]
FactWords = dict[FactName, Text]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PassageRow(_Row):
    id: PassageId
    title: Text
    text: Text
    verbatim: bool = False
    topics: list[Slug] = Field(default=[], description="Topics beside the file's own")
    document: Text
    section: Text
    status: Status


class ConditionRow(_Row):
    text: Text
    passage: PassageId


class FactCaseRow(_Row):
    when: FactWords = Field(min_length=1)
    verdict: VerdictWord
    reason: Text
    conditions: list[ConditionRow] = []
    instead: Text | None = None
    passages: list[PassageId] = []


class EntryRow(_Row):
    id: Slug
    title: Text
    topics: list[Slug] = []
    verdict: VerdictWord
    asks: FactName | None = None
    reason: Text
    conditions: list[ConditionRow] = []
    instead: Text
    by_facts: list[FactCaseRow] = []
    advisor_needs: list[Text] = []
    ask_role: Text | None = None
    passages: list[PassageId] = []
    status: Status | None = None
    review_by: date | None = None


class TopicFile(_Row):
    """One topic of a pack: its passages and the entries that rest on them. Only not-covered.yaml has no topic."""

    topic: Slug | None = None
    passages: list[PassageRow] = []
    entries: list[EntryRow]


class ExampleRow(_Row):
    q: Text
    facts: FactWords = {}


class DocumentRow(_Row):
    title: Text
    publisher: Text
    year: int | None
    dated: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$"), BeforeValidator(_not_a_boolean)]
    licence: Text


class TermRow(_Row):
    term: Text
    also: list[Text] = []
    means: Text


class FactValueRow(_Row):
    value: Text
    label: Text
    patterns: list[Text] = []


class FactRow(_Row):
    id: FactName
    question: Text
    values: list[FactValueRow] = Field(min_length=2)


class DraftRuleRow(_Row):
    id: Slug
    label: Text
    patterns: list[Text] = Field(min_length=1)
    passages: list[PassageId] = Field(min_length=1)
    weight: Annotated[Literal["no", "ask_advisor", "yes_if"], BeforeValidator(_not_a_boolean)]


class SafetyRow(_Row):
    id: Slug
    title: Text
    patterns: list[Text] = Field(min_length=1)
    entry: Slug
    nearest: list[Slug] = []
    forwards: bool = True


class PackFile(_Row):
    """The head of a pack: its id, what it is, the facts that may flip its verdicts, and what to look out for."""

    id: Slug
    title: Text
    jurisdiction: Text
    licence: Text
    facts: list[FactRow]
    draft_rules: list[DraftRuleRow] = []
    safety: list[SafetyRow] = []


class TopicRow(_Row):
    id: Slug
    title: Text


class TopicList(_Row):
    topics: list[TopicRow]


class DocumentFile(_Row):
    documents: dict[Text, DocumentRow]


class GlossaryFile(_Row):
    terms: list[TermRow]


class NearMissRow(_Row):
    q: Text
    belongs: Slug = Field(description="The entry that does answer it")
    facts: FactWords = {}


class ExampleFile(_Row):
    """Questions as people put them, by the entry that answers them; and those an entry only seems to answer."""

    examples: dict[Slug, list[Text | ExampleRow]]
    near_misses: dict[Slug, list[NearMissRow]] = {}


def topic_file_schema() -> dict[str, Any]:
    """The JSON Schema of a topic file, for editors."""
    return TopicFile.model_json_schema()
