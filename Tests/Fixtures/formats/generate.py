"""Writes WebP and GIF files, files of every EXIF orientation, and golden.json: what Pillow makes of them.

Usage: python Tests/Fixtures/formats/generate.py   (from the root of the package; needs Pillow and numpy alone)
"""

import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps, features

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "images"))
import png

random = np.random.default_rng(11)
files = {}


def scene(width, height):
    """Gradients and noise, without any symmetry."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = np.stack([255 * x / max(width, 2), 255 * y / max(height, 2), 127 + 120 * np.sin(x / 3) * np.cos(y / 4)], axis=-1)
    return np.clip(picture + random.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)


def encoded(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


# MARK: - WebP

rgb = scene(41, 27)
alpha = random.integers(0, 256, rgb.shape[:2]).astype(np.uint8)
alpha[:9] = 0
rgba = np.concatenate([rgb, alpha[..., None]], axis=-1)
webp = {"lossless": dict(lossless=True, exact=True), "lossy": dict(quality=80, exact=True)}
for name, options in webp.items():
    files[f"rgb-{name}.webp"] = encoded(Image.fromarray(rgb), "WEBP", **options)
    files[f"rgba-{name}.webp"] = encoded(Image.fromarray(rgba), "WEBP", **options)
files["1x1.webp"] = encoded(Image.fromarray(rgb[:1, :1]), "WEBP", **webp["lossless"])
frames = [Image.fromarray(rgba), Image.fromarray(np.ascontiguousarray(rgba[::-1]))]
files["animated.webp"] = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100, **webp["lossless"])


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def small(value):
    return struct.pack("<I", value)[:3]


# An animation whose first frame covers part of the canvas: 13×11 at (6, 4) of 41×27.
part = encoded(Image.fromarray(rgba[:11, :13]), "WEBP", **webp["lossless"])[12:]
header = small(6 // 2) + small(4 // 2) + small(12) + small(10) + small(100) + b"\x02"
files["animated-part.webp"] = riff(
    chunk(b"VP8X", b"\x12\0\0\0" + small(40) + small(26)), chunk(b"ANIM", b"\x10\x20\x30\xff" + b"\0\0"),
    chunk(b"ANMF", header + part[: 8 + struct.unpack("<I", part[4:8])[0] + struct.unpack("<I", part[4:8])[0] % 2]),
)  # fmt: skip

# MARK: - GIF

indices = (rgb[..., 0] // 4).astype(np.uint8)
colours = random.integers(0, 256, (64, 3)).astype(np.uint8)


def packed(codes, width):
    """Codes as bytes, the lowest bits first; every code has the width that a decoder expects at its place."""
    number, shift = 0, 0
    for code, bits in codes:
        number |= code << shift
        shift += bits
    return number.to_bytes((shift + 7) // 8, "little")


def lzw(pixels, depth):
    """Pixels without any compression: a clear code often enough that codes never grow."""
    clear, end = 1 << depth, (1 << depth) + 1
    codes = []
    for place, pixel in enumerate(pixels):
        if place % ((1 << depth) - 2) == 0:
            codes.append((clear, depth + 1))
        codes.append((int(pixel), depth + 1))
    data = packed(codes + [(end, depth + 1)], depth + 1)
    blocks = [data[start : start + 255] for start in range(0, len(data), 255)]
    return bytes([depth]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def palette(table):
    depth = max(int(np.ceil(np.log2(len(table)))), 1)
    return depth - 1, bytes(table.flatten()) + b"\0" * (3 * ((1 << depth) - len(table)))


def gif(pixels, screen, at=(0, 0), table=None, local=None, transparent=None, interlaced=False, background=0, depth=6, disposal=0):
    """A GIF of one frame, written byte by byte."""
    height, width = pixels.shape
    data = b"GIF89a" + struct.pack("<HH", *screen)
    if table is not None:
        size, entries = palette(table)
        data += bytes([0x80 | size, background, 0]) + entries
    else:
        data += bytes([0, background, 0])
    if transparent is not None or disposal:
        data += b"!\xf9\x04" + bytes([disposal << 2 | (transparent is not None), 0, 0, transparent or 0]) + b"\0"
    flags = 0x40 if interlaced else 0
    entries = b""
    if local is not None:
        size, entries = palette(local)
        flags |= 0x80 | size
    data += b"," + struct.pack("<HHHH", *at, width, height) + bytes([flags]) + entries
    if interlaced:
        pixels = np.concatenate([pixels[0::8], pixels[4::8], pixels[2::4], pixels[1::2]])
    return data + lzw(pixels.flatten(), depth) + b";"


whole = (41, 27)
files["plain.gif"] = gif(indices, whole, table=colours)
files["interlaced.gif"] = gif(indices, whole, table=colours, interlaced=True)
files["transparent.gif"] = gif(indices, whole, table=colours, transparent=5)
files["local.gif"] = gif(indices, whole, table=colours, local=colours[::-1])
files["local-only.gif"] = gif(indices, whole, local=colours, transparent=9, disposal=2)
files["no-palette.gif"] = gif(indices, whole)
files["grey-ramp.gif"] = gif(indices, whole, table=np.repeat(np.arange(64, dtype=np.uint8)[:, None], 3, axis=1))
files["offset.gif"] = gif(indices[:11, :13], whole, at=(5, 7), table=colours, background=17)
files["offset-transparent.gif"] = gif(indices[:11, :13], whole, at=(5, 7), table=colours, transparent=30, background=17)
files["offset-local.gif"] = gif(indices[:11, :13], whole, at=(28, 16), table=colours, local=colours[::-1], interlaced=True)
files["beyond-screen.gif"] = gif(indices, (20, 11), at=(3, 4), table=colours)
files["short-palette.gif"] = gif(indices, whole, table=colours[:16])
files["short-palette-transparent.gif"] = gif(indices[:11, :13], whole, at=(5, 7), table=colours[:16], transparent=40)
files["1x1.gif"] = gif(indices[:1, :1], (1, 1), table=colours)
frames = [Image.fromarray(scene(41, 27)) for _ in range(3)]
files["animated.gif"] = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, comment=b"three frames")
files["pillow.gif"] = encoded(Image.fromarray(rgb), "GIF")


def described(name, upright=False):
    picture = Image.open(FOLDER / name)
    picture = (ImageOps.exif_transpose(picture) if upright else picture).convert("RGB")
    pixels = np.array(picture)
    return {"width": picture.width, "height": picture.height, "sha256": hashlib.sha256(pixels.tobytes()).hexdigest()}


golden = {"decoded": {}, "upright": {}}
for name, data in sorted(files.items()):
    (FOLDER / name).write_bytes(data)
    golden["decoded"][name] = described(name)

# MARK: - Orientation

oriented = {}
stored = Image.fromarray(scene(7, 5))
LETTERS = {1: "B", 3: "H", 4: "L", 8: "h", 9: "l"}


def exif(tag, order="<", kind=3, count=1, entries_before=0, magic=42):
    """A TIFF block with an orientation behind some other entries."""
    other = struct.pack(order + "HHII", 0x0110, 2, 4, 0x61626300) * entries_before
    value = struct.pack(order + LETTERS[kind], tag)
    entry = struct.pack(order + "HHI", 0x0112, kind, count) + value + bytes(4 - len(value))
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", magic, 8, entries_before + 1)
    return head + other + entry + bytes(4)


def jpeg(block=None, prefix=b"Exif\0\0", segments=()):
    """A JPEG with an EXIF segment, and others, in front."""
    data = encoded(stored, "JPEG", quality=90)
    parts = [(0xE1, prefix + block)] if block is not None else []
    marks = b"".join(b"\xff" + bytes([mark]) + struct.pack(">H", len(body) + 2) + body for mark, body in [*parts, *segments])
    return data[:2] + marks + data[2:]


def xmp(tag, element=False):
    text = f"<tiff:Orientation>{tag}</tiff:Orientation>" if element else f'<rdf:Description tiff:Orientation="{tag}"/>'
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + text.encode() + b"</x:xmpmeta>"


XAP = b"http://ns.adobe.com/xap/1.0/\0"
for tag in range(0, 10):
    for order, suffix in (("<", "le"), (">", "be")):
        oriented[f"tag{tag}-{suffix}.jpg"] = jpeg(exif(tag, order))
        oriented[f"tag{tag}-{suffix}.png"] = png.encode(np.array(stored), 8, 2, extra=png.chunk(b"eXIf", exif(tag, order)))
        oriented[f"tag{tag}-{suffix}.webp"] = encoded(stored, "WEBP", lossless=True, exif=exif(tag, order))
oriented["exif-prefix.webp"] = encoded(stored, "WEBP", lossless=True, exif=b"Exif\0\0" + exif(6))
oriented["behind-others.jpg"] = jpeg(exif(6, entries_before=3))
oriented["long-value.jpg"] = jpeg(exif(8, ">", kind=4))
oriented["signed-value.jpg"] = jpeg(exif(5, ">", kind=8))
oriented["byte-value.jpg"] = jpeg(exif(6, ">", kind=1))
oriented["two-values.jpg"] = jpeg(exif(6, ">", count=2))
oriented["swapped-magic.jpg"] = jpeg(exif(6, ">", magic=42 << 8))
oriented["two-entries.jpg"] = jpeg(
    b"MM" + struct.pack(">HIH", 42, 8, 2) + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack(">HHIHH", 0x0112, 3, 1, 3, 0) + bytes(4)
)
oriented["fill-bytes.jpg"] = jpeg(exif(6))[:2] + b"\xff\xff" + jpeg(exif(6))[2:]
oriented["other-app1.jpg"] = jpeg(exif(6), segments=[(0xE1, b"something else")])
oriented["two-segments.jpg"] = jpeg(exif(6)[:20], segments=[(0xE1, b"Exif\0\0" + exif(6)[20:])])
oriented["xmp.jpg"] = jpeg(segments=[(0xE1, XAP + xmp(6))])
oriented["xmp-element.jpg"] = jpeg(segments=[(0xE1, XAP + xmp(8, element=True))])
oriented["xmp-beside-exif.jpg"] = jpeg(exif(3), segments=[(0xE1, XAP + xmp(6))])
oriented["xmp.webp"] = encoded(stored, "WEBP", lossless=True, xmp=xmp(7))
text = b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6)
oriented["xmp.png"] = png.encode(np.array(stored), 8, 2, extra=png.chunk(b"iTXt", text))
packed_text = b"XML:com.adobe.xmp\0\x01\0\0\0" + zlib.compress(xmp(5))
oriented["xmp-compressed.png"] = png.encode(np.array(stored), 8, 2, extra=png.chunk(b"iTXt", packed_text))
block = b"Exif\0\0" + exif(6)
digits = block.hex()
profile = f"\nexif\n{len(block):8}\n" + "\n".join(digits[start : start + 72] for start in range(0, len(digits), 72)) + "\n"
oriented["raw-profile.png"] = png.encode(
    np.array(stored), 8, 2, extra=png.chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile.encode()))
)
oriented["raw-profile-text.png"] = png.encode(np.array(stored), 8, 2, extra=png.chunk(b"tEXt", b"Raw profile type exif\0" + profile.encode()))
behind = png.encode(np.array(stored), 8, 2)
oriented["behind-pixels.png"] = behind[:-12] + png.chunk(b"eXIf", exif(6)) + behind[-12:]
for name, data in sorted(oriented.items()):
    (FOLDER / name).write_bytes(data)
    golden["upright"][name] = described(name, upright=True)

golden["versions"] = {"libwebp": features.version("webp"), "numpy": np.__version__, "pillow": PIL.__version__}
parts = [f"{json.dumps(key)}: {json.dumps(golden[key], sort_keys=True)}" for key in sorted(golden)]
(FOLDER / "golden.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
