import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.entry import Condition, Corpus, DraftRule, Example, SafetyRule, Verdict
from knowledge.loading import EXAMPLES_NEEDED, Fault, GuidanceFaults, contradictions, load_corpus, overdue
from knowledge.passage import Status
from tests.builders_guidance import (
    a_clarify_row,
    a_corpus,
    a_pack_head,
    a_passage_row,
    a_topic_file,
    an_entry,
    an_entry_row,
    questions_for,
    write_pack,
)

BLOGS = "small/blogs.yaml"
EXAMPLES = "small/examples/blogs.yaml"


def load(tmp_path: Path, *entries: dict[str, Any], **changes: Any) -> Corpus:
    return load_corpus("small", folder=write_pack(tmp_path, *entries, **changes))


def faults(tmp_path: Path, *entries: dict[str, Any], **changes: Any) -> list[Fault]:
    with pytest.raises(GuidanceFaults) as caught:
        load(tmp_path, *entries, **changes)
    return caught.value.faults


# what a valid pack says


def test_the_real_pack_loads_without_faults(uk_corpus: Corpus):
    assert uk_corpus.pack == "uk"
    assert uk_corpus.entries


def test_the_real_pack_holds_the_ten_tips_to_the_letter(uk_corpus: Corpus):
    assert [tip.verbatim for tip in uk_corpus.tips] == [True] * 10


def test_the_real_pack_quotes_nothing_else_to_the_letter(uk_corpus: Corpus):
    verbatim = {passage.id for passage in uk_corpus.passages.values() if passage.verbatim}

    assert verbatim == {tip.id for tip in uk_corpus.tips}


def test_every_entry_of_the_real_pack_has_many_examples_and_a_near_miss(uk_corpus: Corpus):
    examples = Counter(example.entry for example in uk_corpus.examples)
    missed = {example.near for example in uk_corpus.examples}

    assert min(examples[entry] for entry in uk_corpus.entries) >= 25
    assert missed >= set(uk_corpus.entries)


def test_every_answer_of_the_real_pack_cites_a_passage(uk_corpus: Corpus):
    uncited = [
        entry.id
        for entry in uk_corpus.entries.values()
        for outcome in (entry.outcome, *(case.outcome for case in entry.by_facts))
        if not outcome.passages and outcome.verdict is not Verdict.NOT_COVERED
    ]

    assert uncited == []


def test_ids_bear_the_name_of_their_pack(tmp_path: Path):
    corpus = load(tmp_path)

    assert list(corpus.passages) == ["small/blogs.1"]
    assert corpus.entries["blog-about-work"].outcome.passages == ("small/blogs.1",)
    assert corpus.entries["blog-about-work"].outcome.conditions == (Condition("It is public.", "small/blogs.1"),)


def test_a_passage_has_the_topic_of_its_file_first(tmp_path: Path):
    passage = a_passage_row(topics=["other", "blogs"])

    corpus = load(tmp_path, blogs=a_topic_file(passages=[passage]))

    assert corpus.passages["small/blogs.1"].topics == ("blogs", "other")


def test_a_passage_is_in_our_words_unless_it_says_verbatim(tmp_path: Path):
    assert not load(tmp_path).passages["small/blogs.1"].verbatim


def test_a_case_by_facts_inherits_what_it_does_not_say(tmp_path: Path):
    case = {"when": {"account": "official"}, "verdict": "no", "reason": "Not there."}

    entry = load(tmp_path, an_entry_row(by_facts=[case])).entries["blog-about-work"]

    assert entry.by_facts[0].outcome.instead == entry.outcome.instead
    assert entry.by_facts[0].outcome.passages == entry.outcome.passages


def test_an_example_may_state_facts(tmp_path: Path):
    asked = [*questions_for("blog-about-work", 5), {"q": "my own?", "facts": {"account": "personal"}}]

    corpus = load(tmp_path, examples={"blog-about-work": asked})

    assert corpus.examples[-1].facts == {"account": "personal"}


def test_a_not_covered_entry_needs_neither_topic_nor_citation_nor_status(tmp_path: Path):
    bare = an_entry_row("leave", verdict="not_covered", topics=None, passages=None, status=None, conditions=None)

    assert load(tmp_path, an_entry_row(), bare).entries["leave"].outcome.passages == ()


# versions


def test_the_version_names_the_pack_and_stays_with_its_files(tmp_path: Path):
    first = load(tmp_path / "a").version

    assert first.startswith("small@")
    assert load(tmp_path / "b").version == first


@pytest.mark.parametrize("name", ["topics", "pack", "documents", "glossary", "blogs", "examples/blogs"])
def test_the_version_changes_with_a_byte_of_any_file(tmp_path: Path, name: str):
    folder = write_pack(tmp_path)
    before = load_corpus("small", folder=folder).version
    path = folder / "topics.yaml" if name == "topics" else folder / "small" / f"{name}.yaml"

    path.write_bytes(path.read_bytes() + b"\n")

    assert load_corpus("small", folder=folder).version != before


def test_the_version_changes_with_the_name_of_a_file(tmp_path: Path):
    folder = write_pack(tmp_path)
    before = load_corpus("small", folder=folder).version

    (folder / BLOGS).rename(folder / "small" / "diaries.yaml")

    assert load_corpus("small", folder=folder).version != before


def test_the_version_does_not_change_with_the_order_in_which_files_were_written(tmp_path: Path):
    other = a_topic_file(an_entry_row("two", passages=["other.1"]), topic="other")
    other["passages"] = [a_passage_row("other.1")]
    examples = {name: questions_for(name) for name in ("blog-about-work", "two")}
    first = load(tmp_path / "a", examples=examples, other=other)
    write_pack(tmp_path / "b", other=other, blogs=None, examples=examples)

    second = load(tmp_path / "b", examples=examples)

    assert second.version == first.version


# faults


def test_a_fault_reads_as_file_place_and_problem():
    assert str(Fault("uk/a.yaml", "entry b", "no reason")) == "uk/a.yaml: entry b: no reason"
    assert str(Fault("uk/a.yaml", "", "missing")) == "uk/a.yaml: missing"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"topics": ["blogs", "zebras"]}, "unknown topic zebras"),
        ({"passages": ["blogs.1", "blogs.9"]}, "unknown passage blogs.9"),
        ({"conditions": [{"text": "So.", "passage": "blogs.8"}]}, "unknown passage blogs.8"),
        ({"topics": None}, "topics missing: an answer needs its citation and its status"),
        ({"passages": None}, "passages missing: an answer needs its citation and its status"),
        ({"status": None}, "status missing: an answer needs its citation and its status"),
        ({"conditions": None}, "yes_if without a condition"),
        (
            {"by_facts": [{"when": {"mood": "good"}, "verdict": "no", "reason": "So."}]},
            "unknown fact mood",
        ),
        (
            {"by_facts": [{"when": {"account": "secret"}, "verdict": "no", "reason": "So."}]},
            "unknown value 'secret' of the fact account",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_between_rows_is_named_with_file_and_entry(tmp_path: Path, changes: Mapping[str, Any], problem: str):
    assert Fault(BLOGS, "entry blog-about-work", problem) in faults(tmp_path, an_entry_row(**changes))


@pytest.mark.parametrize(
    ("changes", "where", "problem"),
    [
        ({"conditions": [{"text": "So."}]}, "conditions 1, passage", "Field required"),
        ({"reason": None}, "reason", "Field required"),
        ({"opinion": "mine"}, "opinion", "Extra inputs are not permitted"),
        ({"verdict": True}, "verdict", 'YAML read yes as a boolean: put it in quotes, "yes"'),
        ({"verdict": False}, "verdict", 'YAML read no as a boolean: put it in quotes, "no"'),
        (
            {"by_facts": [{"when": {"account": True}, "verdict": "no", "reason": "So."}]},
            "by_facts 1, when, account",
            'YAML read yes as a boolean: put it in quotes, "yes"',
        ),
        ({"passages": ["Blogs 1"]}, "passages 1", "String should match pattern '^[a-z0-9-]+\\.[0-9]+$'"),
        ({"by_facts": [{"when": {}, "verdict": "no", "reason": "So."}]}, "by_facts 1, when", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_within_a_row_is_named_with_file_and_entry(
    tmp_path: Path, changes: Mapping[str, Any], where: str, problem: str | None
):
    found = {(fault.file, fault.where): fault.problem for fault in faults(tmp_path, an_entry_row(**changes))}

    assert (BLOGS, f"entries blog-about-work, {where}") in found
    assert problem in (None, found[BLOGS, f"entries blog-about-work, {where}"])


def test_an_empty_text_is_a_fault(tmp_path: Path):
    assert faults(tmp_path, an_entry_row(reason=""))[0].where == "entries blog-about-work, reason"


def test_a_blank_text_is_a_fault(tmp_path: Path):
    assert faults(tmp_path, an_entry_row(reason="  "))[0].where == "entries blog-about-work, reason"


def test_an_unknown_verdict_is_named(tmp_path: Path):
    found = faults(tmp_path, an_entry_row(verdict="perhaps"))

    assert found[0].where == "entries blog-about-work, verdict"
    assert "'yes_if'" in found[0].problem


def test_the_topic_of_a_file_must_be_known(tmp_path: Path):
    found = faults(tmp_path, blogs=a_topic_file(topic="zebras"))

    assert found == [Fault(BLOGS, "topic", "unknown topic zebras")]


def test_the_document_of_a_passage_must_be_known(tmp_path: Path):
    found = faults(tmp_path, blogs=a_topic_file(passages=[a_passage_row(document="NOWHERE")]))

    assert found == [Fault(BLOGS, "passage blogs.1", "unknown document NOWHERE")]


def test_a_passage_nobody_quotes_is_a_fault(tmp_path: Path):
    found = faults(tmp_path, blogs=a_topic_file(passages=[a_passage_row(), a_passage_row("blogs.2")]))

    assert found == [Fault(BLOGS, "passage blogs.2", "no entry quotes this passage")]


@pytest.mark.parametrize(
    "quoting",
    [
        {"conditions": [{"text": "So.", "passage": "blogs.2"}]},
        {"by_facts": [{"when": {"account": "official"}, "verdict": "no", "reason": "So.", "passages": ["blogs.2"]}]},
    ],
    ids=["in a condition", "by facts"],
)
def test_a_passage_may_be_quoted_anywhere_in_an_entry(tmp_path: Path, quoting: Mapping[str, Any]):
    file = a_topic_file(an_entry_row(**quoting), passages=[a_passage_row(), a_passage_row("blogs.2")])

    assert "small/blogs.2" in load(tmp_path, blogs=file).passages


def test_an_entry_id_used_twice_is_a_fault_of_both(tmp_path: Path):
    found = faults(tmp_path, an_entry_row(), an_entry_row())

    assert found == [Fault(BLOGS, "entry blog-about-work", "this id is used more than once")] * 2


def test_a_passage_id_used_twice_is_a_fault_of_both(tmp_path: Path):
    found = faults(tmp_path, blogs=a_topic_file(passages=[a_passage_row(), a_passage_row()]))

    assert found == [Fault(BLOGS, "passage blogs.1", "this id is used more than once")] * 2


@pytest.mark.parametrize("verdict", ["yes", "no"])
def test_an_unverified_entry_may_not_answer_with_a_bare_verdict(tmp_path: Path, verdict: str):
    found = faults(tmp_path, an_entry_row(verdict=verdict, status="unverified"))

    assert found == [Fault(BLOGS, "entry blog-about-work", f'an unverified entry may not answer "{verdict}"')]


def test_an_unverified_entry_may_not_answer_so_by_facts_either(tmp_path: Path):
    case = {"when": {"account": "official"}, "verdict": "no", "reason": "So."}

    found = faults(tmp_path, an_entry_row(verdict="info", status="unverified", by_facts=[case]))

    assert [fault.problem for fault in found] == ['an unverified entry may not answer "no"']


@pytest.mark.parametrize("verdict", ["info", "ask_advisor", "yes_if"])
def test_an_unverified_entry_may_answer_with_less(tmp_path: Path, verdict: str):
    corpus = load(tmp_path, an_entry_row(verdict=verdict, status="unverified"))

    assert corpus.entries["blog-about-work"].status is Status.UNVERIFIED


def test_yes_if_by_facts_needs_a_condition_too(tmp_path: Path):
    case = {"when": {"account": "official"}, "verdict": "yes_if", "reason": "So."}

    found = faults(tmp_path, an_entry_row(by_facts=[case]))

    assert [fault.problem for fault in found] == ["yes_if without a condition"]


def test_clarify_with_answers_that_differ_is_fine(tmp_path: Path):
    assert load(tmp_path, a_clarify_row()).entries["blog-about-work"].asks == "account"


@pytest.mark.parametrize(
    "changes",
    [
        {"asks": None},
        {"asks": "mood"},
        {"by_facts": None},
        {
            "by_facts": [
                {"when": {"account": value}, "verdict": "no", "reason": f"So, {value}."}
                for value in ("official", "personal")
            ]
        },
        {"by_facts": [{"when": {"account": "official"}, "verdict": "no", "reason": "So."}]},
    ],
    ids=["asks nothing", "asks an unknown fact", "no answers", "the same answer twice", "one answer"],
)
def test_clarify_without_differing_answers_is_a_fault(tmp_path: Path, changes: Mapping[str, Any]):
    problem = "clarify needs asks: a fact, and by_facts whose answers differ by it"

    assert Fault(BLOGS, "entry blog-about-work", problem) in faults(tmp_path, a_clarify_row(**changes))


def test_conditions_alone_make_answers_differ(tmp_path: Path):
    cases = [
        {
            "when": {"account": value},
            "verdict": "yes_if",
            "reason": "So.",
            "conditions": [{"text": f"It is {value}.", "passage": "blogs.1"}],
        }
        for value in ("official", "personal")
    ]

    assert load(tmp_path, a_clarify_row(by_facts=cases))


def test_clarify_by_facts_where_the_entry_asks_nothing_is_a_fault(tmp_path: Path):
    case = {"when": {"account": "official"}, "verdict": "clarify", "reason": "It depends."}

    assert faults(tmp_path, an_entry_row(by_facts=[case]))


def test_fewer_examples_than_needed_are_counted(tmp_path: Path):
    few = questions_for("blog-about-work", EXAMPLES_NEEDED - 1)

    found = faults(tmp_path, examples={"blog-about-work": few})

    assert found == [Fault(BLOGS, "entry blog-about-work", "5 example questions, 6 needed")]


def test_just_enough_examples_are_enough(tmp_path: Path):
    examples = {"blog-about-work": questions_for("blog-about-work", EXAMPLES_NEEDED)}

    assert len(load(tmp_path, examples=examples).examples) == EXAMPLES_NEEDED


def test_the_same_example_under_two_entries_is_named_with_both(tmp_path: Path):
    examples = {
        "blog-about-work": [*questions_for("blog-about-work"), "May I  BLOG?"],
        "two": [*questions_for("two"), "may i blog?"],
    }

    found = faults(tmp_path, an_entry_row(), an_entry_row("two"), examples=examples)

    assert found == [Fault(EXAMPLES, "examples of two", "also under blog-about-work: 'may i blog?'")]


def test_the_same_question_with_other_facts_is_another_example(tmp_path: Path):
    examples = {
        "blog-about-work": [*questions_for("blog-about-work"), "may i blog?"],
        "two": [*questions_for("two"), {"q": "may i blog?", "facts": {"account": "official"}}],
    }

    assert load(tmp_path, an_entry_row(), an_entry_row("two"), examples=examples)


def test_examples_of_no_entry_are_named(tmp_path: Path):
    examples = {"blog-about-work": questions_for("blog-about-work"), "ghost": ["Boo?"]}

    assert faults(tmp_path, examples=examples) == [Fault(EXAMPLES, "examples of ghost", "there is no such entry")]


def test_a_near_miss_is_an_example_of_the_entry_it_belongs_to(tmp_path: Path):
    missed = {"blog-about-work": [{"q": "May I blog at work?", "belongs": "two"}]}

    corpus = load(tmp_path, an_entry_row(), an_entry_row("two"), near_misses=missed)

    assert corpus.examples[-1] == Example("May I blog at work?", "two", near="blog-about-work")


def test_a_near_miss_of_the_entry_it_belongs_to_is_a_fault(tmp_path: Path):
    missed = {"two": [{"q": "May I blog at work?", "belongs": "two"}]}

    found = faults(tmp_path, an_entry_row(), an_entry_row("two"), near_misses=missed)

    problem = "a near miss belongs to another entry than the one it misses"
    assert found == [Fault(EXAMPLES, "near misses of two", problem)]


@pytest.mark.parametrize(("missed", "belongs"), [("ghost", "blog-about-work"), ("blog-about-work", "ghost")])
def test_a_near_miss_to_or_from_no_entry_is_named(tmp_path: Path, missed: str, belongs: str):
    found = faults(tmp_path, near_misses={missed: [{"q": "May I blog at work?", "belongs": belongs}]})

    assert found == [Fault(EXAMPLES, f"near misses of {missed}", "unknown entry ghost")]


def test_examples_in_nearly_the_same_words_with_other_verdicts_are_named_with_both():
    corpus = a_corpus(
        [an_entry("may", Verdict.YES), an_entry("may-not", Verdict.NO)],
        examples=[Example("may I blog about the budget", "may"), Example("may I blog about the budgets?", "may-not")],
    )

    (fault,) = contradictions(corpus)

    assert str(fault) == (
        "uk: examples of may: 'may I blog about the budget' is nearly 'may I blog about the budgets?' under may-not, "
        "which has another verdict"
    )


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (Example("may I blog about the budgets?", "two"), Verdict.YES),  # the same verdict
        (Example("may I blog about the budgets?", "two", {"account": "official"}), Verdict.NO),  # the facts differ
        (Example("may I blog about the budgets?", "two", near="may"), Verdict.NO),  # meant to be alike
        (Example("may I sing at the christmas fair", "two"), Verdict.NO),  # other words
    ],
)
def test_examples_that_do_not_contradict_are_left(other: Example, verdict: Verdict):
    entries = [an_entry("may", Verdict.YES), an_entry("two", verdict)]

    assert contradictions(a_corpus(entries, examples=[Example("may I blog about the budget", "may"), other])) == []


def test_an_unknown_fact_of_an_example_is_named(tmp_path: Path):
    asked = [*questions_for("blog-about-work"), {"q": "Ok?", "facts": {"mood": "good"}}]

    found = faults(tmp_path, examples={"blog-about-work": asked})

    assert found == [Fault(EXAMPLES, "examples of blog-about-work", "unknown fact mood")]


@pytest.mark.parametrize("name", ["topics", "documents", "glossary"])
def test_a_missing_file_is_named(tmp_path: Path, name: str):
    file = "topics.yaml" if name == "topics" else f"small/{name}.yaml"

    assert faults(tmp_path, **{name: None}) == [Fault(file, "", "the file is missing")]


@pytest.mark.parametrize("name", ["nowhere", "../small", ""])
def test_an_unknown_pack_is_named_with_those_there_are(tmp_path: Path, name: str):
    with pytest.raises(GuidanceFaults, match="no pack of this name; known: small"):
        load_corpus(name, folder=write_pack(tmp_path))


@pytest.mark.parametrize("content", ["entries: [", "a: b: c", b"topic: \xff\xfe", "entries: &x *y"])
def test_broken_yaml_is_named_with_its_file(tmp_path: Path, content: str | bytes):
    found = faults(tmp_path, blogs=content)

    assert found[0].file == BLOGS
    assert found[0].problem.startswith("not readable as YAML: ")


@pytest.mark.parametrize("content", ["", "[]", "just words", "5"])
def test_yaml_of_the_wrong_shape_is_named_with_its_file(tmp_path: Path, content: str):
    assert faults(tmp_path, blogs=content)[0].file == BLOGS


def test_an_unknown_key_of_the_head_is_named(tmp_path: Path):
    found = faults(tmp_path, pack=a_pack_head(colour="blue"))

    assert found == [Fault("small/pack.yaml", "colour", "Extra inputs are not permitted")]


def test_a_boolean_as_the_value_of_a_fact_is_named(tmp_path: Path):
    head = a_pack_head()
    head["facts"][0]["values"][0]["value"] = True

    found = faults(tmp_path, pack=head)

    assert found[0].where == "facts account, values 1, value"
    assert 'put it in quotes, "yes"' in found[0].problem


def test_a_pattern_that_is_no_regular_expression_is_named(tmp_path: Path):
    head = a_pack_head()
    head["facts"][0]["values"][0]["patterns"] = ["(unclosed"]

    assert faults(tmp_path, pack=head)[0].file == "small/pack.yaml"


def test_examples_listed_twice_for_one_entry_are_named(tmp_path: Path):
    folder = write_pack(tmp_path)
    path = folder / EXAMPLES
    path.write_text(path.read_text() + "  blog-about-work: [" + ", ".join("abcdef") + "]\n")

    with pytest.raises(GuidanceFaults):
        load_corpus("small", folder=folder)


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path):
    found = faults(
        tmp_path,
        an_entry_row(topics=["zebras"], conditions=None),
        an_entry_row("two", status=None),
        examples={"ghost": ["Boo?"], "blog-about-work": ["One?"], "two": questions_for("two")},
        documents={"documents": {}},
    )

    assert sorted((fault.where, fault.problem) for fault in found) == [
        ("entry blog-about-work", "1 example questions, 6 needed"),
        ("entry blog-about-work", "unknown topic zebras"),
        ("entry blog-about-work", "yes_if without a condition"),
        ("entry two", "status missing: an answer needs its citation and its status"),
        ("examples of ghost", "there is no such entry"),
        ("passage blogs.1", "unknown document GUIDE"),
    ]


def test_faults_within_rows_of_several_files_are_named_at_once(tmp_path: Path):
    found = faults(
        tmp_path, an_entry_row(reason=None), pack=a_pack_head(title=None), glossary="terms: {", documents=None
    )

    assert [fault.file for fault in found] == [
        "small/pack.yaml",
        "small/documents.yaml",
        "small/glossary.yaml",
        BLOGS,
    ]


def test_a_faulty_row_causes_no_faults_elsewhere(tmp_path: Path):
    found = faults(tmp_path, an_entry_row(), an_entry_row("two", verdict="perhaps"))

    assert [fault.where for fault in found] == ["entries two, verdict"]


def test_the_message_has_a_line_for_each_fault(tmp_path: Path):
    with pytest.raises(GuidanceFaults) as caught:
        load(tmp_path, an_entry_row(topics=["zebras"]), documents={"documents": {}})

    assert len(str(caught.value).splitlines()) == len(caught.value.faults) == 2


# review dates

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("review_by", "is_overdue"),
    [(date(2026, 11, 23), True), (date(2026, 11, 24), False), (date(2027, 1, 1), False), (None, False)],
)
def test_an_entry_is_overdue_from_the_day_after_its_review_date(review_by: date | None, is_overdue: bool):
    assert bool(overdue(a_corpus([an_entry(review_by=review_by)]), TODAY)) is is_overdue


def test_an_overdue_entry_is_named_with_its_date():
    corpus = a_corpus([an_entry("own-bio", review_by=date(2026, 3, 1))])

    assert overdue(corpus, TODAY) == [Fault("uk", "entry own-bio", "its review date, 1 March 2026, has passed")]


def test_an_overdue_entry_still_loads(tmp_path: Path):
    assert load(tmp_path, an_entry_row(review_by="2001-01-01")).entries["blog-about-work"].review_by


# what to look out for

DRAFT_ROW = {"id": "swearing", "label": "Don't swear.", "patterns": [r"\bdarn\b"], "passages": ["blogs.1"]}
SAFETY_ROW = {"id": "threats", "title": "Call 999", "patterns": [r"\bthreat\b"], "entry": "blog-about-work"}


def test_draft_rules_are_read(tmp_path: Path):
    head = a_pack_head(draft_rules=[{**DRAFT_ROW, "weight": "no"}])

    (rule,) = load_corpus("small", folder=write_pack(tmp_path, pack=head)).draft_rules

    assert rule == DraftRule("swearing", "Don't swear.", (r"\bdarn\b",), ("small/blogs.1",), Verdict.NO)


def test_safety_rules_are_read(tmp_path: Path):
    head = a_pack_head(safety=[SAFETY_ROW, {**SAFETY_ROW, "id": "concerns", "forwards": False}])

    threats, concerns = load_corpus("small", folder=write_pack(tmp_path, pack=head)).safety

    assert threats == SafetyRule("threats", "Call 999", (r"\bthreat\b",), "blog-about-work")
    assert not concerns.forwards


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"patterns": ["(open"]}, "draft rule swearing: (open is no regular expression"),
        ({"patterns": ["a*"]}, "draft rule swearing: a* fits a text without words"),
        ({"passages": ["blogs.9"]}, "draft rule swearing: unknown passage blogs.9"),
        ({"weight": "yes"}, "draft_rules swearing, weight: Input should be"),
        ({"weight": False}, "put it in quotes"),
        ({"patterns": []}, "draft_rules swearing, patterns"),
    ],
)
def test_a_faulty_draft_rule_is_named(tmp_path: Path, changes: dict[str, Any], problem: str):
    head = a_pack_head(draft_rules=[{**DRAFT_ROW, "weight": "no", **changes}])

    with pytest.raises(GuidanceFaults, match=re.escape(problem)):
        load_corpus("small", folder=write_pack(tmp_path, pack=head))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"patterns": ["(open"]}, "safety rule threats: (open is no regular expression"),
        ({"entry": "nowhere"}, "safety rule threats: unknown entry nowhere"),
        ({"nearest": ["nowhere"]}, "safety rule threats: unknown entry nowhere"),
    ],
)
def test_a_faulty_safety_rule_is_named(tmp_path: Path, changes: dict[str, Any], problem: str):
    head = a_pack_head(safety=[{**SAFETY_ROW, **changes}])

    with pytest.raises(GuidanceFaults, match=re.escape(problem)):
        load_corpus("small", folder=write_pack(tmp_path, pack=head))


def test_a_rule_given_twice_is_named(tmp_path: Path):
    head = a_pack_head(safety=[SAFETY_ROW, SAFETY_ROW])

    with pytest.raises(GuidanceFaults, match="safety rule threats: this id is used more than once"):
        load_corpus("small", folder=write_pack(tmp_path, pack=head))
