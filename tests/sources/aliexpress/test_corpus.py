"""Inputs that once reached some corner of the readers still end in data or in the error tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.aliexpress.fuzz import CORPUS, swallow


def test_the_corpus_is_there() -> None:
    assert len(list(CORPUS.glob("*"))) >= 20


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*")), ids=lambda file: file.name)
def test_a_kept_input_raises_nothing_but_the_error_tree(file: Path) -> None:
    swallow(file.read_bytes())


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_the_error_tree(body: bytes) -> None:
    swallow(body)
