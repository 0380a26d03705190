"""A plain PNG writer for the variants that Pillow does not write: every colour type, depth and interlacing."""

import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def scanlines(samples, depth):
    """The rows of an h × w × channels array, each with filter type 0."""
    if samples.shape[0] == 0 or samples.shape[1] == 0:
        return b""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        elif depth == 8:
            packed = row.astype(np.uint8).tobytes()
        else:
            bits = ((row[:, None] >> np.arange(depth - 1, -1, -1)) & 1).reshape(-1).astype(np.uint8)
            packed = np.packbits(bits).tobytes()
        rows.append(b"\0" + packed)
    return b"".join(rows)


def encode(samples, depth, color_type, interlaced=False, palette=None, transparency=None, extra=b""):
    samples = np.asarray(samples).reshape(samples.shape[0], samples.shape[1], CHANNELS[color_type])
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    if interlaced:
        data = b"".join(scanlines(samples[y::dy, x::dx], depth) for x, y, dx, dy in PASSES)
    else:
        data = scanlines(samples, depth)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
    if palette is not None:
        file += chunk(b"PLTE", np.asarray(palette, dtype=np.uint8).tobytes())
    if transparency is not None:
        file += chunk(b"tRNS", bytes(transparency))
    return file + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
