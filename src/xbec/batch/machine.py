"""Native code: LLVM assembly compiled in memory, and run over the columns of a frame, some rows a thread."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from xbec.batch.parts import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.integer]

_FEW: Final = 5_000
"""So few rows are not worth the compiling of their laws, some hundredths of a second each."""
_ROWS: Final = 2**16
"""Rows that a thread takes at a time."""
_BLOCK: Final = 2048
"""Rows whose columns stay in the cache while those of one part after another are priced."""
_ADDRESS: Final = np.uint64


@cache
def available() -> bool:
    """Are the libraries here by which native code is made, and its results become columns, and words of 64 bits?"""
    return sys.maxsize > 2**32 and all(find_spec(name) is not None for name in ("llvmlite", "pyarrow"))


def is_worth(rows: int) -> bool:
    """Is native code there, and so many rows worth the compiling?"""
    return rows > _FEW and available()


@attrs.frozen(slots=True, eq=False)
class Code:
    """Compiled functions; they are there as long as ``engine``, which holds them, is."""

    engine: Any

    def address(self, name: str) -> int:
        """Where a function starts."""
        return int(self.engine.get_function_address(name))


_one_at_a_time = Lock()


@lru_cache(maxsize=512)
def compiled(text: str) -> Code:
    """The functions of a text; equal texts share them."""
    from llvmlite import binding

    with _one_at_a_time:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        module = binding.parse_assembly(text)
        module.verify()
        target = binding.Target.from_default_triple().create_target_machine(
            opt=2, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten()
        )
        tuning = binding.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_vectorization = tuning.slp_vectorization = tuning.loop_unrolling = False
        passes = binding.create_pass_builder(target, tuning)
        passes.getModulePassManager().run(module, passes)
        engine = binding.create_mcjit_compiler(module, target)
        engine.finalize_object()
        return Code(engine)


@attrs.frozen(slots=True, eq=False)
class Call:
    """A function over rows (see :mod:`xbec.batch.llvm_writer`) and the memory it works on."""

    code: Code
    name: str
    memory: Sequence[NDArray[Any]]
    scratch: int = 0
    """Numbers of 64 bits that stand before the memory, others for each thread."""

    @property
    def address(self) -> int:
        """Where the function starts."""
        return self.code.address(self.name)


def run(call: Call, rows: int, runs: Numbers | None = None) -> None:
    """Call a function ``void f(i64 start, i64 stop, ptr places)`` on all rows; ``runs`` are never torn apart."""
    function = _function(call.address)

    def work(start: int, stop: int) -> None:
        scratch = [np.empty(call.scratch, dtype=np.int64)] if call.scratch else []
        places = _addresses([*scratch, *call.memory])
        function(start, stop, places.ctypes.data)

    _in_pieces(rows, work, runs)


def arranged(runs: Numbers, keys: Sequence[Numbers], few: int) -> tuple[NDArray[np.uint32], bool, int]:
    """The rows with those of each run by their keys, whether any moved, and the length of the longest run.

    Rows of runs that are longer than a ``few`` stay as they are; runs ascend.
    """
    code = compiled(_text("order.ll"))
    arrange = _function(code.address("arrange"))
    order, size = np.empty(len(runs), dtype=np.uint32), np.array([len(keys), few], dtype=np.int64)
    found: list[NDArray[np.int64]] = []

    def work(start: int, stop: int) -> None:
        here = np.zeros(2, dtype=np.int64)
        table = _addresses([runs, size, order, here, *keys])
        arrange(start, stop, table.ctypes.data)
        found.append(here)

    _in_pieces(len(runs), work, runs)
    moved, longest = np.max(found, axis=0)
    return order, bool(moved), int(longest)


@attrs.frozen(slots=True, eq=False)
class Parted:
    """Rows of several parts: ``part[code[row]]`` is the part of a row, below ``many``."""

    code: Numbers
    part: NDArray[np.uint32]
    many: int

    def counts(self, rows: int) -> list[int]:
        """How many of the first rows each part has."""
        code = self._code()
        count = _function(code.address("count"))
        found: list[Numbers] = []

        def work(start: int, stop: int) -> None:
            here = np.zeros(self.many, dtype=np.int64)
            table = _addresses([self.code, self.part, here])
            count(start, stop, table.ctypes.data)
            found.append(here)

        _in_pieces(rows, work)
        return [int(number) for number in np.sum(found, axis=0)]

    def run(self, calls: Sequence[Call | None]) -> None:
        """Call the function ``void f(ptr rows, i64 many, ptr places)`` of each part, if any, on its rows."""
        code = self._code()
        walk = _function(code.address("walk"))
        memory = [_addresses([] if call is None else call.memory) for call in calls]
        functions = np.array([0 if call is None else call.address for call in calls], dtype=_ADDRESS)
        places = _addresses(memory)

        def work(start: int, stop: int) -> None:
            ends, order = np.empty(self.many + 1, dtype=np.int64), np.empty(_BLOCK, dtype=np.int64)
            size = np.array([self.many, _BLOCK], dtype=np.int64)
            table = _addresses([self.code, self.part, size, ends, order, functions, places])
            walk(start, stop, table.ctypes.data)

        _in_pieces(len(self.code), work)

    def _code(self) -> Code:
        return compiled(_text("walk.ll").replace("CODE", f"i{self.code.itemsize * 8}"))


def _function(address: int) -> Any:
    """A function of two words and an address; other threads go on while it runs.

    Its :class:`Code` must be held as long as it may be called.
    """
    return ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)(address)


def _addresses(memory: Sequence[NDArray[Any]]) -> NDArray[np.uint64]:
    return np.array([each.ctypes.data for each in memory], dtype=_ADDRESS)


def _in_pieces(rows: int, work: Callable[[int, int], None], runs: Numbers | None = None) -> None:
    if rows <= _ROWS:
        work(0, rows)
        return
    cuts = np.arange(0, rows, _ROWS)
    if runs is not None:
        cuts = np.unique(np.searchsorted(runs, runs[cuts]))
    side_by_side(lambda piece: work(*piece), pairwise([*cuts.tolist(), rows]))


@cache
def _text(name: str) -> str:
    return files("xbec.batch").joinpath(name).read_text(encoding="utf-8")
