"""The index of a pack, built once and kept: a start then takes a second or two instead of ten (docs/adr/0013)."""

import hashlib
import logging
import os
import pickle
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

import knowledge
from knowledge.encoder import MODEL, load_encoder
from knowledge.index import Index
from knowledge.loading import GUIDANCE, load_corpus

KEPT_IN = user_cache_path("smpolicy")
KEPT = 3  # the newest of them; others were built from what has changed since
_LIBRARIES = ("bm25s", "numpy", "pystemmer", "scipy")

log = logging.getLogger(__name__)


def index_of(pack: str, *, folder: Path = GUIDANCE, kept_in: Path = KEPT_IN) -> Index:
    """The index of a pack, as kept by an earlier start where nothing it is built from has changed since.

    Raises:
        GuidanceFaults: with every fault of every file.
        ModelFault: naming each file of the encoder that is missing or altered.
    """
    encoder = load_encoder()
    kept = kept_in / f"index-{_digest(pack, folder, has_encoder=encoder is not None)}.pickle"
    index = _read(kept)
    if index is None:
        index = Index(load_corpus(pack, folder=folder), encoder)
        _keep(index, kept)
    return index


def _digest(pack: str, folder: Path, *, has_encoder: bool) -> str:
    """Over everything the index is made from: the pack's files, the encoder, this program and its libraries."""
    code = Path(knowledge.__file__).parent
    files = [
        *sorted(code.glob("*.py")),
        *sorted((folder / pack).rglob("*.yaml")),
        folder / "topics.yaml",
        MODEL / "manifest.json",
    ]
    digest = hashlib.sha256(f"{pack} {has_encoder} {sys.version}".encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path} {len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]


def _read(path: Path) -> Index | None:
    """A kept index; None where there is none, or one that somebody else could have written: reading it runs code."""
    try:
        with path.open("rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                log.warning("kept_index_refused", extra={"reason": "others may write to it"})
                return None
            index = pickle.load(file)
    except FileNotFoundError:
        return None
    except Exception as error:  # a damaged file may raise anything; it is replaced
        log.warning("kept_index_unreadable", extra={"error": type(error).__name__})
        return None
    return index if isinstance(index, Index) else None


def _is_ours(found: os.stat_result) -> bool:
    return os.name == "nt" or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def _keep(index: Index, path: Path) -> None:
    """Write an index for the next start, whole or not at all; without a folder to write to, every start builds anew."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="building-", delete=False) as file:
            try:
                pickle.dump(index, file, protocol=pickle.HIGHEST_PROTOCOL)
            except BaseException:
                os.unlink(file.name)
                raise
        os.replace(file.name, path)
        kept = sorted(path.parent.glob("index-*.pickle"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in kept[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("index_not_kept", extra={"error": type(error).__name__})
