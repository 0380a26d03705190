"""Prints Sources/CVectorKernels/gelu_tables.h: GELU and its gradient in 32 pieces, for processors with a look-up of 32 floats.

    python3 Scripts/gelu-tables.py > Sources/CVectorKernels/gelu_tables.h

Both are functions of the size of x alone, but for a step: gelu(x) = max(x, 0) - |x|·Q(|x|) with Q(a) = Φ(-a), and
gelu'(x) = D(|x|) for x < 0, 1 - D(|x|) else, with D(a) = Q(a) - a·φ(a). Each piece of [0, 6) is a polynomial of degree 4,
interpolated at Chebyshev's points; the last is 0, since a·Q(a) is 2e-8 there. Needs NumPy.
"""

from math import erfc, exp, pi, sqrt

import numpy

PIECES, TOP, DEGREE, POINTS = 32, 6.0, 4, 200


def tail(a: float) -> float:
    return 0.5 * erfc(a / sqrt(2))


def slope(a: float) -> float:
    return tail(a) - a * exp(-a * a / 2) / sqrt(2 * pi)


def table(function) -> numpy.ndarray:
    """[degree + 1, pieces]: coefficients of the place within a piece, -1/2...1/2."""
    places = numpy.cos(pi * (numpy.arange(POINTS) + 0.5) / POINTS)
    columns = []
    for piece in range(PIECES - 1):
        values = [function((piece + 0.5 + place / 2) * TOP / PIECES) for place in places]
        polynomial = numpy.polynomial.chebyshev.cheb2poly(numpy.polynomial.chebyshev.chebfit(places, values, DEGREE))
        columns.append(polynomial * 2.0 ** numpy.arange(DEGREE + 1))
    return numpy.array(columns + [numpy.zeros(DEGREE + 1)]).T


def show(name: str, function) -> None:
    print(f"static const float {name}[{DEGREE + 1}][{PIECES}] = {{")
    for row in table(function):
        numbers = [f"{value:.9g}" for value in row]
        print("    {" + ",\n     ".join(", ".join(n if "." in n or "e" in n else n + ".0" for n in numbers[i:i + 8])
                                       for i in range(0, PIECES, 8)) + "},")
    print("};")


print("// Made by Scripts/gelu-tables.py.")
show("gelu_tail_pieces", tail)
show("gelu_slope_pieces", slope)
