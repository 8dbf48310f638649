"""The kept index: as good as a new one, and never used when it should not be."""

import os
import pickle
from pathlib import Path

import pytest

from adapters.index_cache import KEPT, index_of
from knowledge.index import Index
from knowledge.loading import GuidanceFaults, load_corpus
from tests.builders_guidance import an_entry_row, write_pack

QUESTION = "May I write a blog about my work?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "guidance")


@pytest.fixture
def kept_in(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "smpolicy"


def opened(folder: Path, kept_in: Path) -> Index:
    return index_of("small", folder=folder, kept_in=kept_in)


def the_file(kept_in: Path) -> Path:
    (path,) = kept_in.iterdir()
    return path


def test_a_kept_index_finds_what_a_new_one_finds(folder: Path, kept_in: Path):
    new = opened(folder, kept_in)

    assert opened(folder, kept_in).matches(QUESTION) == new.matches(QUESTION) != []


def test_an_unchanged_pack_is_not_built_again(folder: Path, kept_in: Path):
    opened(folder, kept_in)
    built = the_file(kept_in).stat().st_mtime_ns

    opened(folder, kept_in)

    assert the_file(kept_in).stat().st_mtime_ns == built


def test_a_changed_pack_is_built_again(folder: Path, kept_in: Path, tmp_path: Path):
    before = opened(folder, kept_in).corpus.version
    write_pack(tmp_path / "other", an_entry_row(title="A title of its own"))
    (tmp_path / "other" / "small" / "blogs.yaml").replace(folder / "small" / "blogs.yaml")

    after = opened(folder, kept_in).corpus.version

    assert before != after == load_corpus("small", folder=folder).version


def test_a_pack_that_became_faulty_is_not_answered_from_memory(folder: Path, kept_in: Path):
    opened(folder, kept_in)
    (folder / "small" / "pack.yaml").write_text("id: small\n")

    with pytest.raises(GuidanceFaults):
        opened(folder, kept_in)


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps("no index")])
def test_a_damaged_file_is_replaced(folder: Path, kept_in: Path, content: bytes):
    opened(folder, kept_in)
    the_file(kept_in).write_bytes(content)

    opened(folder, kept_in)

    assert isinstance(pickle.loads(the_file(kept_in).read_bytes()), Index)


def test_a_file_that_others_may_write_to_is_not_read(folder: Path, kept_in: Path):
    opened(folder, kept_in)
    the_file(kept_in).write_bytes(pickle.dumps(Raises()))
    the_file(kept_in).chmod(0o666)

    assert opened(folder, kept_in).matches(QUESTION)
    assert not Raises.was_read


def test_without_a_folder_to_write_to_every_start_builds(folder: Path, tmp_path: Path):
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")

    assert opened(folder, blocked / "smpolicy").matches(QUESTION)


def test_only_the_newest_are_kept(folder: Path, kept_in: Path):
    kept_in.mkdir(parents=True)
    for age in range(KEPT + 1):
        old = kept_in / f"index-{age}.pickle"
        old.write_bytes(b"")
        os.utime(old, (age, age))

    opened(folder, kept_in)

    assert len(list(kept_in.iterdir())) == KEPT
    assert not (kept_in / "index-0.pickle").exists()


class Raises:
    """What somebody would put into a pickle: code that runs when it is read."""

    was_read = False

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return setattr, (Raises, "was_read", True)
