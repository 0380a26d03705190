"""SplitMix64 as the package draws from it: a seed with streams, uniform and nearly normal numbers."""

import numpy as np

MASK = (1 << 64) - 1


class Random:
    def __init__(self, seed: int, *streams: int):
        self.state = seed & MASK
        for number in streams:
            self.state = self.next() ^ number
        if streams:
            self.state = self.next()

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        return bits ^ (bits >> 31)

    def uniform(self) -> float:
        return (self.next() >> 40) / (1 << 24)

    def below(self, count: int) -> int:
        return (self.next() * count) >> 64

    def normal(self) -> float:
        total = np.float32(-6)
        for _ in range(12):
            total = np.float32(total + np.float32(self.uniform()))
        return float(total)
