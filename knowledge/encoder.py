"""Sentences → vectors: a small sentence encoder, tuned on the pack's own examples (knowledge/model/README.md)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.tokens import normalise

MODEL = Path(__file__).parent / "model"
LONGEST = 128  # word pieces of a text that are read
Vectors = NDArray[np.float32]


class ModelFault(Exception):
    """A file of the model is missing, truncated or altered."""


@dataclass(frozen=True)
class Encoder:
    """Turns texts into unit vectors, one thread a call; loaded when first used, then shared.

    Vectors of the pack's examples are stored beside the model, so that a start need not compute thousands.
    """

    folder: Path

    def __reduce__(self) -> tuple[type["Encoder"], tuple[Path]]:
        """Pickled by its folder alone: what it loads is loaded anew."""
        return Encoder, (self.folder,)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, shape (texts, dimensions); equal texts but for case and spacing get equal ones.

        One text a run: in a batch the weights' int8 arithmetic would make a vector depend on its neighbours.
        """
        found = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            found[place] = self._run(normalise(text))
        return found

    def encode_known(self, texts: Sequence[str]) -> Vectors:
        """As encode, taking stored vectors where there are some."""
        places, stored = self._stored
        found = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        missing = []
        for number, text in enumerate(texts):
            place = places.get(text_digest(text))
            if place is None:
                missing.append(number)
            else:
                found[number] = stored[place]
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        if missing:
            found[missing] = self.encode([texts[number] for number in missing])
        return found

    def is_word(self, word: str) -> bool:
        """Whether a word is a common English one: it is a word piece of its own. Not so for one in capitals."""
        return self._tokenizer.token_to_id(word) is not None

    def _run(self, text: str) -> Vectors:
        encoded = self._tokenizer.encode(text)
        inputs = {
            "input_ids": np.array([encoded.ids], dtype=np.int64),
            "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
        }
        vector: Vectors = self._session.run(None, inputs)[0][0]
        return vector

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self.folder / "model.onnx"), options, ["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Any:
        import tokenizers

        tokenizer = tokenizers.Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.enable_truncation(LONGEST)
        return tokenizer

    @cached_property
    def _dimensions(self) -> int:
        return int(self._session.get_outputs()[0].shape[1])

    @cached_property
    def _stored(self) -> tuple[dict[int, int], NDArray[np.int8]]:
        with np.load(self.folder / "examples.npz") as stored:
            digests, vectors = stored["digests"], stored["vectors"]
        return {int(digest): place for place, digest in enumerate(digests)}, vectors


def text_digest(text: str) -> int:
    """What a stored vector is found by: 64 bits of the normalised text."""
    return int.from_bytes(hashlib.blake2b(normalise(text).encode(), digest_size=8).digest(), "big")


def load_encoder(folder: Path = MODEL) -> Encoder | None:
    """The encoder in a folder; None when onnxruntime is not installed: then search goes by words alone.

    Raises:
        ModelFault: naming each file whose checksum is not the one in manifest.json.
    """
    try:
        import onnxruntime  # noqa: F401
        import tokenizers  # noqa: F401
    except ImportError:
        return None
    try:
        wanted = dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFault(f"{folder / 'manifest.json'} is missing or unreadable: install smpolicy again") from error
    faults = [name for name, digest in wanted.items() if _sha256(folder / name) != digest]
    if faults:
        raise ModelFault(f"missing or altered in {folder}: {', '.join(faults)}. Install smpolicy again.")
    return Encoder(folder)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
