"""Writes Sources/XAIImage/Drawing/colour-bar-words.png: what stands under the colour bars of overlays and heat maps.

Usage: python Scripts/colour-bar-words.py FONT.ttf   (from the root of the package; made with DejaVu Sans 2.37)

One word a line of 96 pixels, in the order of `ColourStrip.Word`, dark grey on white. Text of figures is drawn by Pango when they
are drawn; loading it would take longer than all the rest of an overlay.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WORDS = ("against", "0", "for", "lowest", "highest")
LINE = 96
font = ImageFont.truetype(sys.argv[1], 76)
width = max(font.getbbox(word)[2] for word in WORDS) + 4
picture = Image.new("L", (width, LINE * len(WORDS)), 255)
for index, word in enumerate(WORDS):
    ImageDraw.Draw(picture).text((2, index * LINE + 74), word, fill=83, font=font, anchor="ls")
picture.save(Path("Sources/XAIImage/Drawing/colour-bar-words.png"), optimize=True)
