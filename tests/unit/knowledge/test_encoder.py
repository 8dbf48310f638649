import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import MODEL, Encoder, ModelFault, load_encoder, text_digest

FILES = ("model.onnx", "tokenizer.json", "examples.npz", "manifest.json")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    encoder = load_encoder()
    assert encoder is not None
    return encoder


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(MODEL / name, tmp_path)
    return tmp_path


def test_vectors_have_length_one(encoder: Encoder):
    vectors = encoder.encode(["can I post this", "", "👍", "a" * 5000])

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_case_and_spacing_do_not_matter(encoder: Encoder):
    first, second = encoder.encode(["Can I   POST this", "can i post this"])

    assert np.allclose(first, second)


def test_a_text_is_encoded_alike_alone_and_among_others(encoder: Encoder):
    text = "may I follow a charity from the team account"
    alone = encoder.encode([text])[0]

    among = encoder.encode(["no", text, "a far longer question about a great many other things than that"])[1]

    assert float(alone @ among) > 0.98  # int8 arithmetic scales by what stands in the batch


def test_like_questions_are_nearer_than_unlike_ones(encoder: Encoder):
    asked, like, unlike = encoder.encode(
        ["may I like a party's post", "liking something Labour tweeted", "who archives our old videos"]
    )

    assert float(asked @ like) > float(asked @ unlike)


def test_stored_vectors_are_those_of_the_model(encoder: Encoder, uk_corpus):
    questions = [example.question for example in uk_corpus.examples[:20]]

    stored, computed = encoder.encode_known(questions), encoder.encode(questions)

    assert (np.sum(stored * computed, axis=1) > 0.97).all()


def test_most_examples_of_the_pack_have_a_stored_vector(uk_corpus):
    stored = set(map(int, np.load(MODEL / "examples.npz")["digests"]))

    missing = [e.question for e in uk_corpus.examples if text_digest(e.question) not in stored]

    assert len(missing) < 200  # each costs two milliseconds at every start


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "examples.npz"])
def test_an_altered_file_is_found_by_its_checksum(copied: Path, name: str):
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[:-1])

    with pytest.raises(ModelFault, match=name):
        load_encoder(copied)


def test_every_faulty_file_is_named(copied: Path):
    (copied / "model.onnx").unlink()
    (copied / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelFault, match=r"model\.onnx, tokenizer\.json"):
        load_encoder(copied)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"sha256": None})])
def test_an_unreadable_manifest_is_said(copied: Path, content: str):
    (copied / "manifest.json").write_text(content)

    with pytest.raises(ModelFault, match="manifest"):
        load_encoder(copied)


def test_without_onnxruntime_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    assert load_encoder() is None


@pytest.mark.parametrize(
    ("word", "expected"), [("retweet", False), ("minister", True), ("minsiter", False), ("", False)]
)
def test_common_english_words_are_known(encoder: Encoder, word: str, expected: bool):
    assert encoder.is_word(word) is expected
