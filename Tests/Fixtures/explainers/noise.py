"""The project's seeded noise: SplitMix64, a stream for each sample, sums of twelve uniform numbers in float32."""

import numpy as np

STEP = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def mix(state: np.ndarray) -> np.ndarray:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def outputs(state: int, count: int) -> np.ndarray:
    """The next `count` numbers of 64 bits."""
    with np.errstate(over="ignore"):
        return mix(np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(STEP))


def stream(seed: int, number: int) -> int:
    """The state that a stream of a seed begins with."""
    state = int(outputs(seed, 1)[0]) ^ number
    return int(outputs(state, 1)[0])


def normal(count: int, seed: int, number: int) -> np.ndarray:
    bits = outputs(stream(seed, number), 12 * count).reshape(count, 12)
    uniform = (bits >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)
    total = np.full(count, -6, dtype=np.float32)
    for column in range(12):
        total = total + uniform[:, column]
    return total
