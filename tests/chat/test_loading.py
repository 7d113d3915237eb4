"""The number format of the weights follows what this machine computes fastest."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
import torch

from studio.chat import loading


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """The measurement is kept for the process; here each test makes its own."""
    loading.cpu_computes_bf16.cache_clear()
    yield
    loading.cpu_computes_bf16.cache_clear()


@pytest.mark.parametrize(
    ("bf16_seconds", "dtype"), [(0.9, torch.float32), (0.7, torch.float32), (0.6, torch.bfloat16), (0.2, torch.bfloat16)]
)
def test_a_cpu_takes_bf16_only_where_it_is_clearly_faster(bf16_seconds: float, dtype: torch.dtype) -> None:
    seconds = {torch.bfloat16: bf16_seconds, torch.float32: 1.0}
    with patch.object(loading, "_multiply_seconds", return_value=seconds), patch("torch.cuda.is_available", return_value=False):
        assert loading.pick_device().dtype is dtype


def test_the_measurement_takes_a_real_product_in_each_format() -> None:
    seconds = loading._multiply_seconds((torch.bfloat16, torch.float32))
    assert seconds.keys() == {torch.bfloat16, torch.float32}
    assert all(0 < one < 5 for one in seconds.values())


def test_a_gpu_below_capability_8_gets_fp16() -> None:
    assert loading.dtype_for_capability((7, 5)) is torch.float16
    assert loading.dtype_for_capability((8, 0)) is torch.bfloat16
