"""The folder of the Whoosh index: generations, the pointer to the current one, locks, and writing that survives a power cut.

    search/                 0700: index files hold pickles
      CURRENT               name of the generation in use; replaced by rename
      writer.lock           held while documents are written or the pointer moves
      rebuild.lock          held for the length of a rebuild
      CHANGED               keys written while a rebuild runs, which takes them over before it switches
      index-<time>/         one generation: Whoosh's files and VERSION

Knows files and names, not documents.
"""

from __future__ import annotations

import fcntl
import io
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.filedb.structfile import StructFile

from app.search.engines.base import IndexBusy

WINDOW = 256  # bytes that are read at least: a term, where its postings are, and mostly the next term
_GENERATION = re.compile(r"index-\d+")
_SEGMENT = re.compile(r"(MAIN_[0-9a-z]+)\.")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Part(io.RawIOBase):
    """A part of a file that is open, to be read as a file of its own."""

    def __init__(self, handle: int, begin: int, size: int) -> None:
        self._handle, self._begin, self._size, self._at = handle, begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        found = os.pread(self._handle, max(0, min(len(buffer), self._size - self._at)), self._begin + self._at)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


class PositionedFile(StructFile):  # type: ignore[misc]
    """A file, or a part of one, for looking terms up, which Whoosh does by reading a few bytes here and a few behind them.

    It is not mapped into memory: a process that looks at a mapped file that somebody cut short is killed. Not for two threads at once.
    """

    _window, _window_at = b"", 0
    _kept, _kept_from = b"", sys.maxsize

    def __init__(self, file: Any, handle: int, begin: int = 0, size: int | None = None, name: str | None = None) -> None:
        """`file` is the part, and `handle` that of the whole file, in which the part begins at `begin`."""
        super().__init__(file, name=name)
        self._handle, self._begin, self._size = handle, begin, size

    @property
    def is_kept(self) -> bool:
        """Whether a part is held in memory."""
        return bool(self._kept)

    def subset(self, offset: int, length: int, name: str | None = None) -> PositionedFile:
        """Whoosh asks for a part: of the files of a segment, which are parts of one."""
        begin = self._begin + offset
        return PositionedFile(io.BufferedReader(_Part(self._handle, begin, length)), self._handle, begin, length, name)

    def keep_from(self, position: int) -> None:
        """Hold the file from here to its end in memory: for tables that every look-up goes through."""
        size = os.fstat(self._handle).st_size if self._size is None else self._size
        self._kept, self._kept_from = os.pread(self._handle, size - position, self._begin + position), position

    def get(self, position: int, length: int) -> bytes:
        """The bytes from a position on."""
        if position >= self._kept_from:
            at = position - self._kept_from
            return self._kept[at : at + length]
        at = position - self._window_at
        if at < 0 or at + length > len(self._window):
            found = os.pread(self._handle, max(length, WINDOW), self._begin + position)
            if length >= WINDOW:
                return found
            self._window, self._window_at, at = found, position, 0
        return self._window[at : at + length]


class ReadingStorage(FileStorage):  # type: ignore[misc]
    """Whoosh's file storage for readers."""

    def __init__(self, folder: Path, *, readonly: bool = True) -> None:
        super().__init__(str(folder), supports_mmap=False, readonly=readonly)

    def open_file(self, name: str, **options: Any) -> Any:
        """As FileStorage."""
        file = (Path(self.folder) / name).open("rb")
        return PositionedFile(file, file.fileno(), name=name)


class DurableStorage(ReadingStorage):
    """Whoosh's file storage for a writer: brings new files to disk before a new table of contents names them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, readonly=False)
        self._unsynced: set[str] = set()

    def create_file(self, name: str, **options: Any) -> Any:
        """As FileStorage; remembers the name."""
        self._unsynced.add(name)
        return super().create_file(name, **options)

    def temp_storage(self, name: str | None = None) -> RamStorage:
        """Columns wait in memory until their files are written: a few dozen bytes for each document of a commit."""
        return RamStorage()

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Whoosh renames one thing, a finished table of contents: everything it names is synced first, the folder after."""
        folder = Path(self.folder)
        for name in self._unsynced:
            with suppress(FileNotFoundError):
                _sync(folder / name)
        self._unsynced.clear()
        super().rename_file(oldname, newname, safe=safe)
        _sync(folder)


class IndexStore:
    """Access to the folder. Safe for several threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = str(root / "CURRENT")

    def pointer_stamp(self) -> tuple[int, int] | None:
        """Changes whenever the pointer moves; None without one. One system call, so it may be asked at every search."""
        try:
            found = os.stat(self._pointer)
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def current(self) -> Path | None:
        """The folder of the generation in use, None before the first and when the pointer is damaged."""
        try:
            name = (self.root / "CURRENT").read_text(encoding="ascii").strip()
        except (FileNotFoundError, ValueError):
            return None
        return self.root / name if _GENERATION.fullmatch(name) and (self.root / name).is_dir() else None

    def create_generation(self) -> Path:
        """A new empty folder, not in use yet."""
        path = self.root / f"index-{time.time_ns()}"
        path.mkdir(mode=0o700)
        return path

    def switch_to(self, generation: Path) -> None:
        """Make a complete generation the current one, durably. Call it while holding the writer's lock."""
        fresh = self.root / "CURRENT.new"
        fresh.write_text(generation.name + "\n", encoding="ascii")
        _sync(fresh)
        fresh.replace(self.root / "CURRENT")
        _sync(self.root)

    def remove_others(self) -> None:
        """Delete generations that are not in use. Readers that still have their files open keep them."""
        current = self.current()
        for path in self.root.glob("index-*"):
            if path != current:
                shutil.rmtree(path, ignore_errors=True)

    def discard(self, generation: Path) -> None:
        """Delete an unfinished generation, so that it fills no disk until the next rebuild. One in use is kept."""
        if self.current() != generation:
            shutil.rmtree(generation, ignore_errors=True)

    @contextmanager
    def writing(self, wait: float = 0.0) -> Iterator[None]:
        """Hold the writer's lock; raises IndexBusy when somebody else holds it for longer than `wait` seconds."""
        with self._locked("writer.lock", wait):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Hold the lock of a rebuild and collect changed keys from now on; raises IndexBusy when one is running."""
        with self._locked("rebuild.lock", 0.0):
            (self.root / "CHANGED").write_bytes(b"")
            try:
                yield
            finally:
                (self.root / "CHANGED").unlink(missing_ok=True)

    def note_changes(self, keys: Iterable[str]) -> None:
        """Tell a running rebuild which documents were written. Call it while holding the writer's lock."""
        journal = self.root / "CHANGED"
        if not journal.exists():
            return
        try:
            with self._locked("rebuild.lock", 0.0):
                journal.unlink(missing_ok=True)  # left by a rebuild that was killed
        except IndexBusy:
            with journal.open("a", encoding="ascii") as file:
                file.writelines(f"{key}\n" for key in keys)

    def changes_from(self, offset: int) -> tuple[list[str], int]:
        """Keys noted since byte `offset`, without doubles, and the offset to go on from."""
        with (self.root / "CHANGED").open("rb") as file:
            file.seek(offset)
            data = file.read()
        data = data[: data.rfind(b"\n") + 1]
        return list(dict.fromkeys(data.decode("ascii").split())), offset + len(data)

    def size(self) -> int:
        """Bytes of the current generation."""
        current = self.current()
        if current is None:
            return 0
        total = 0
        for path in current.rglob("*"):
            with suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    @contextmanager
    def _locked(self, name: str, wait: float) -> Iterator[None]:
        until = time.monotonic() + wait
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        handle = os.open(self.root / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise IndexBusy(f"Another process holds {name} of the search index.") from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(handle)  # the kernel frees the lock, also when the process is killed


FileStamps = tuple[tuple[str, int, int], ...]


def file_stamps(generation: Path) -> dict[str, FileStamps]:
    """Names, sizes and times of the files of each segment, which nobody changes once they are written. One look into the folder."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for entry in os.scandir(generation):
        match = _SEGMENT.match(entry.name)
        if match:
            state = entry.stat()
            found.setdefault(match[1], []).append((entry.name, state.st_size, state.st_mtime_ns))
    return {segment: tuple(sorted(files)) for segment, files in found.items()}


def sweep(generation: Path) -> None:
    """Remove unfinished tables of contents that killed writers left; Whoosh removes the rest at its next commit.

    Call it while holding Whoosh's lock: nobody else is writing such a file then.
    """
    for path in generation.glob("_MAIN_*.toc.*"):
        path.unlink(missing_ok=True)
