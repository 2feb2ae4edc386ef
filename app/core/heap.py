"""What the C library (glibc) does with memory, for processes that are forked from one that built everything. Does nothing elsewhere."""

import ctypes
from collections.abc import Iterable
from typing import Any

# It gives each thread a heap of its own, up to eight a core: few are enough where one thread runs at a time.
_M_ARENA_MAX, _HEAPS = -8, 2
# Blocks from here on (bytes) are given back to the system when they are freed; by itself the bound would grow with what is freed.
_M_MMAP_THRESHOLD, _LARGE_BLOCK = -3, 256 * 1024
_M_TRIM_THRESHOLD, _KEPT_FREE = -1, 512 * 1024
# The sizes of gaps that hold whole pages of memory, and of those that do not, each from large to small.
_WIDE_GAPS, _GAPS = tuple((_LARGE_BLOCK - 4096) >> step for step in range(6)), range(4072, 8, -16)


def spare_memory() -> None:
    """Ask for few heaps, and that what is free is given back."""
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _HEAPS)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE)


def close_gaps() -> None:
    """Take the small gaps between what is to be shared by processes forked from now on, and give what is free in wide ones back.

    Each would put what it makes into these gaps first, and whoever writes into a page of memory gets a copy of all of it: two thousand
    gaps of 200 bytes cost each process six MiB. At the end of the heap there is room without anything beside it, and so there is in
    wide gaps: they are taken only while the small ones are.
    """
    malloc, free, trim, sbrk = map(_function, ("malloc", "free", "malloc_trim", "sbrk"))
    if malloc is None:
        return
    malloc.restype, malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    free.restype, free.argtypes = None, (ctypes.c_void_p,)
    sbrk.restype, sbrk.argtypes = ctypes.c_void_p, (ctypes.c_ssize_t,)
    trim(0)
    end = sbrk(0)
    wide = _take(malloc, _WIDE_GAPS, end)
    _take(malloc, _GAPS, end)
    for block in wide:
        free(block)
    trim(0)


def _take(malloc: Any, sizes: Iterable[int], end: int) -> list[int]:
    """Take what is free below an address in blocks of these sizes, and one block behind it for each size; return where they are."""
    taken = []
    for size in sizes:
        while block := malloc(size):
            taken.append(block)
            if block >= end:
                break
    return taken


def _function(name: str) -> Any:
    """Return a function of glibc, or None where another library is in its place."""
    library = ctypes.CDLL(None)
    return getattr(library, name, None) if hasattr(library, "gnu_get_libc_version") else None
