"""CAMeL Tools' analyser as it is imported here: what it is spared is nothing that it uses."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from importlib import import_module

from rules.language.arabic.camel import NO_SYMBOLS, prepare_camel_tools


def test_the_code_points_that_are_passed_over_are_no_punctuation_and_no_symbols() -> None:
    assert not [
        hex(code)
        for first, behind in NO_SYMBOLS
        for code in range(first, behind)
        if unicodedata.category(chr(code))[0] in "PS"
    ]


def test_the_analyser_tells_punctuation_and_symbols_as_it_does_by_itself() -> None:
    prepare_camel_tools()
    import_module("camel_tools.morphology.analyzer")
    found = sys.modules["camel_tools.utils.charsets"].UNICODE_PUNCT_SYMBOL_CHARSET
    told = {chr(code) for code in range(0x20000) if unicodedata.category(chr(code))[0] in "PS"}
    assert found == told


def test_the_analyser_brings_no_libraries_for_downloads() -> None:
    said = "from rules.language.arabic.morphology import Morphology; Morphology((), {}).prepare()"
    code = f"import sys; {said}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert "camel_tools.morphology.analyzer" in found
    assert found.isdisjoint({"emoji", "numpy", "pyrsistent", "requests", "tqdm"})
