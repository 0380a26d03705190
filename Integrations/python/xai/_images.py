"""Images as files: paths stay what they are, arrays and Pillow's images are written as PNG."""

import os
import struct
import zlib
from pathlib import Path

import numpy


def files(images, folder: str) -> list:
    """A path for each image; those in memory are written to ``folder``."""
    if isinstance(images, (str, os.PathLike)) or hasattr(images, "convert") or isinstance(images, numpy.ndarray) and images.ndim == 3:
        images = [images]
    paths = []
    for number, image in enumerate(images):
        if isinstance(image, (str, os.PathLike)):
            paths.append(os.path.abspath(os.fspath(image)))
        else:
            path = Path(folder) / f"image-{number:06}.png"
            path.write_bytes(png(image))
            paths.append(str(path))
    if not paths:
        raise ValueError("there is no image")
    return paths


def png(image) -> bytes:
    """A PNG file of an RGB image: rows × columns × 3 bytes, or one of Pillow's images."""
    pixels = numpy.asarray(image.convert("RGB") if hasattr(image, "convert") else image)
    if pixels.dtype != numpy.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(
            f"an image in memory has rows × columns × 3 values of uint8, not {pixels.shape} of {pixels.dtype}"
        )
    height, width, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    # Each row begins with its filter: 0, none (PNG specification, 9.2).
    rows = numpy.zeros((height, 1 + 3 * width), numpy.uint8)
    rows[:, 1:] = pixels.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
