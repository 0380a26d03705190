"""Writes Sources/XAIImage/Colour/ColourMap+Tables.swift from the tables of matplotlib.

Usage: python Tests/Fixtures/images/colour_maps.py   (from the root of the package)
"""

import matplotlib

NAMES = {
    "inferno": "inferno",
    "magma": "magma",
    "plasma": "plasma",
    "viridis": "viridis",
    "cividis": "cividis",
    "turbo": "turbo",
    "jet": "jet",
    "grey": "gray",
    "coolwarm": "coolwarm",
    "redBlue": "RdBu_r",
    "orangePurple": "PuOr_r",
    "blueWhiteRed": "bwr",
}

lines = [
    f"// Written by Tests/Fixtures/images/colour_maps.py from the tables of matplotlib {matplotlib.__version__}.",
    "",
    "/// The 256 colours of each map as hexadecimal RGB.",
    "enum ColourMapTables {",
]
for name, source in NAMES.items():
    table = matplotlib.colormaps[source](range(256), bytes=True)[:, :3].tobytes().hex()
    lines.append(f'  static let {name} = """')
    lines += [f"    {table[start:start + 96]}\\" for start in range(0, len(table), 96)]
    lines[-1] = lines[-1].rstrip("\\")
    lines += ['    """', ""]
lines[-1] = "}"
with open("Sources/XAIImage/Colour/ColourMap+Tables.swift", "w") as file:
    file.write("\n".join(lines) + "\n")
