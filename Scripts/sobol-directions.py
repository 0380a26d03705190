#!/usr/bin/env python3
"""Writes Plugins/Explainers/Sobol/SobolDirections.swift from SciPy's copy of the numbers of Joe & Kuo."""

from pathlib import Path

import numpy as np
import scipy.stats

DIMENSIONS = 512
FILE = Path(__file__).parent.parent / "Plugins/Explainers/Sobol/SobolDirections.swift"
HEAD = '''\
/// Primitive polynomials and first direction numbers of the dimensions of a Sobol sequence, from the second on.
///
/// `p:m₁,m₂,…` of each: the bits of p are the coefficients, and there are as many m as its degree. Source: Joe & Kuo 2008,
/// "Constructing Sobol sequences with better two-dimensional projections" (new-joe-kuo-6.21201), written by
/// Scripts/sobol-directions.py.
let sobolDirections = """
'''


def main() -> None:
    numbers = np.load(Path(scipy.stats.__file__).parent / "_sobol_direction_numbers.npz")
    words = []
    for polynomial, first in zip(numbers["poly"][1:DIMENSIONS], numbers["vinit"][1:DIMENSIONS]):
        degree = int(polynomial).bit_length() - 1
        words.append(f"{polynomial}:{','.join(str(m) for m in first[:degree])}")
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 104:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    FILE.write_text(HEAD + "".join(f"  {line}\n" for line in lines) + '  """\n')


main()
