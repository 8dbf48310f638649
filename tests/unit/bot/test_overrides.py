import pytest

from bot.overrides import EDITED_FROM, DraftUse, use_of_draft

DRAFT = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize("sent", [DRAFT, DRAFT.upper(), "  " + DRAFT.replace(" ", "\n") + ". "])
def test_a_draft_sent_word_for_word_is_unchanged(sent: str):
    assert use_of_draft(DRAFT, sent) is DraftUse.UNCHANGED


def test_one_word_less_is_an_edit():
    assert use_of_draft(DRAFT, DRAFT.removesuffix(" ten")) is DraftUse.EDITED


@pytest.mark.parametrize(("added", "use"), [(13, DraftUse.EDITED), (14, DraftUse.REPLACED)])
def test_from_six_words_in_ten_a_draft_was_built_on(added: int, use: DraftUse):
    sent = f"{DRAFT} {' '.join(f'new{n}' for n in range(added))}"
    alike = 100 * 2 * 10 / (20 + added)

    assert use_of_draft(DRAFT, sent) is use
    assert (alike >= EDITED_FROM) is (use is DraftUse.EDITED)


@pytest.mark.parametrize("draft", ["", "  \n"])
def test_without_a_draft_there_is_nothing_to_change(draft: str):
    assert use_of_draft(draft, "Go ahead.") is DraftUse.NONE


def test_other_words_replace_it():
    assert use_of_draft(DRAFT, "Better not.") is DraftUse.REPLACED
