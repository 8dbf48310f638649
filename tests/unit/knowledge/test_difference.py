from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knowledge.difference import Fate, FieldChange, difference, word_changes
from knowledge.entry import Example, Verdict
from knowledge.snapshot import Snapshot, passages_of, passages_under, snapshot_of
from tests.builders_guidance import BLOG, LEAK, a_corpus, a_passage, an_entry

OLD = a_corpus((BLOG, LEAK), version="uk@old")
BLOG_ELSEWHERE = replace(BLOG, outcome=replace(BLOG.outcome, conditions=()))
LEAK_ELSEWHERE = replace(LEAK, outcome=replace(LEAK.outcome, passages=("uk/personal-accounts.1",)), by_facts=())
CHANGED = a_passage("uk/confidentiality.1", text="Drafts may go out once they are published.")


def after(*entries, passages=(), **fields) -> Snapshot:
    return snapshot_of(a_corpus(entries or (BLOG, LEAK), passages=passages, version="uk@new", **fields))


def test_a_change_of_examples_alone_changes_no_passage_and_no_entry():
    found = difference(snapshot_of(OLD), after(examples=[Example("May I blog?", BLOG.id)]))

    assert (found.old, found.new, found.any) == ("uk@old", "uk@new", False)


def test_a_changed_passage_is_told_with_the_entries_that_rest_on_it():
    found = difference(snapshot_of(OLD), after(passages=[CHANGED]))

    (changed,) = found.passages.changed
    assert changed.id == CHANGED.id
    assert changed.fields == (FieldChange("wording", a_passage().text, CHANGED.text),)
    assert found.resting == {CHANGED.id: (BLOG.id, LEAK.id)}  # by a condition; by quoting it
    assert not found.entries.any


def test_a_withdrawn_passage_is_told_with_the_entries_that_rested_on_it():
    found = difference(snapshot_of(OLD), after(BLOG_ELSEWHERE, LEAK_ELSEWHERE))

    assert list(found.passages.withdrawn) == ["uk/confidentiality.1"]
    assert found.resting == {"uk/confidentiality.1": (BLOG.id, LEAK.id)}


def test_an_added_passage_and_entry_are_told():
    rule = an_entry("new-rule", passages=("uk/new.1",))

    found = difference(snapshot_of(OLD), after(BLOG, LEAK, rule))

    assert list(found.passages.added) == ["uk/new.1"]
    assert found.entries.added == {"new-rule": "New rule"}


def test_a_verdict_that_changes_with_a_fact_is_a_change_of_the_entry():
    case = replace(LEAK.by_facts[0], outcome=replace(LEAK.by_facts[0].outcome, verdict=Verdict.NO))

    found = difference(snapshot_of(OLD), after(BLOG, replace(LEAK, by_facts=(case,))))

    (changed,) = found.entries.changed
    assert changed.fields == (FieldChange("verdict when published is yes", "yes", "no"),)


def test_an_outcome_rests_on_what_it_quotes_and_on_its_conditions():
    assert passages_of(BLOG.outcome) == ("uk/personal-accounts.1", "uk/confidentiality.1")


def test_an_entry_rests_on_the_passages_of_all_its_outcomes():
    case = replace(LEAK.by_facts[0], outcome=replace(LEAK.by_facts[0].outcome, passages=("uk/other.1",)))

    assert passages_under(replace(LEAK, by_facts=(case,))) == {"uk/confidentiality.1", "uk/other.1"}


def test_a_reworded_sentence_is_told_word_by_word():
    assert word_changes("You may never post drafts", "You may post finished drafts") == [
        (Fate.KEPT, "You may"),
        (Fate.REMOVED, "never"),
        (Fate.KEPT, "post"),
        (Fate.ADDED, "finished"),
        (Fate.KEPT, "drafts"),
    ]


SENTENCES = st.lists(st.sampled_from(["you", "may", "not", "post", "drafts"])).map(" ".join)


@given(SENTENCES, SENTENCES)
def test_the_pieces_give_both_wordings_back(old: str, new: str):
    pieces = word_changes(old, new)

    assert " ".join(text for fate, text in pieces if fate is not Fate.ADDED) == old
    assert " ".join(text for fate, text in pieces if fate is not Fate.REMOVED) == new
