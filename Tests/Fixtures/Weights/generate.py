"""Writes python.safetensors and python.json beside this file.

The tensors hold what the format allows and readers get wrong: every floating-point type with subnormals,
infinities, halfway cases and both zeros, integers, a scalar, empty tensors, names that JSON escapes.
python.json has the float32 bits that PyTorch converts each tensor to (null for NaN).

Run with the versions that python.json records: python generate.py
"""

import json
import pathlib

import safetensors
import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
bits16 = torch.tensor(
    [0x0000, 0x8000, 0x0001, 0x03FF, 0x0400, 0x3C00, 0xC000, 0x7BFF, 0x7C00, 0xFC00, 0x7E00, 0x3555],
    dtype=torch.int32,
).to(torch.int16)
tensors = {
    "f32": torch.linspace(-3, 3, 24).reshape(2, 3, 4),
    "f16": bits16.view(torch.float16).reshape(3, 4),
    "bf16": bits16.clone().view(torch.bfloat16).reshape(4, 3),
    "f64": torch.tensor([1 / 3, -1e300, 1e-300, 16777217.0, 16777219.0, -0.0], dtype=torch.float64),
    "i64": torch.arange(6).reshape(1, 6),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 4),
    'a "quoted" \\ name\n\u00e9\U0001F600': torch.tensor([7.0, 8.0]),
}
save_file(tensors, here / "python.safetensors", metadata={"format": "pt", "note": "\u00fcml\u00e4ut \"q\""})


def bits(tensor):
    values = tensor.to(torch.float32).flatten()
    return [None if v != v else int(b) & 0xFFFFFFFF for v, b in zip(values, values.view(torch.int32))]


expected = {
    "versions": {"safetensors": safetensors.__version__, "torch": torch.__version__.split("+")[0]},
    "tensors": [
        {"name": name, "shape": list(t.shape), "bits": bits(t) if t.is_floating_point() else []}
        for name, t in tensors.items()
    ],
}
(here / "python.json").write_text(json.dumps(expected, indent=1) + "\n")
