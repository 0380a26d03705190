"""Prints Sources/XAIImage/Drawing/ColourBarWords.swift: what stands under the colour bars of overlays and heat maps.

    python3 Scripts/colour-bar-words.py FONT.ttf > Sources/XAIImage/Drawing/ColourBarWords.swift   (DejaVu Sans 2.37)

One word a line of 96 pixels, in the order of `ColourStrip.Word`, dark grey on white. Text of figures is drawn by Pango when they
are drawn; loading it would take longer than all the rest of an overlay. The picture is text in a source file, and not a
resource, since every program with an image in it would pay for the resource with a step of its build.
"""

import base64
import io
import sys

from PIL import Image, ImageDraw, ImageFont

WORDS = ("against", "0", "for", "lowest", "highest")
LINE = 96
font = ImageFont.truetype(sys.argv[1], 76)
width = max(font.getbbox(word)[2] for word in WORDS) + 4
picture = Image.new("L", (width, LINE * len(WORDS)), 255)
for index, word in enumerate(WORDS):
    ImageDraw.Draw(picture).text((2, index * LINE + 74), word, fill=83, font=font, anchor="ls")
file = io.BytesIO()
picture.save(file, "png", optimize=True)
text = base64.b64encode(file.getvalue()).decode()
print("// Written by Scripts/colour-bar-words.py.")
print("import FoundationEssentials")
print()
print("/// The words under a colour bar.")
print("enum ColourBarWords {")
print("  /// A PNG with a word in each line of 96 rows, in the order of `ColourStrip.Word`.")
print("  static let png = Data(")
print('    base64Encoded: """')
print("\\\n".join("      " + text[start : start + 100] for start in range(0, len(text), 100)))
print('      """)')
print("}")
