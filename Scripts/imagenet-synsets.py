#!/usr/bin/env python3
"""Writes Sources/XAICore/Classes/ImageNetSynsets.swift: the 1,000 classes of ILSVRC 2012.

Facts, as timm and torchvision state them: the WordNet ids in the order of the class indices
(timm/data/_info/imagenet_synsets.txt), the names of each (imagenet_synset_to_lemma.txt, which are the labels that
models on the Hugging Face hub have), and the names that torchvision's weights give two of them. Needs timm and torchvision:

    python3 Scripts/imagenet-synsets.py > Sources/XAICore/Classes/ImageNetSynsets.swift
"""

import pathlib

import timm
import torchvision
from torchvision.models._meta import _IMAGENET_CATEGORIES as categories

info = pathlib.Path(timm.__file__).parent / "data" / "_info"
ids = (info / "imagenet_synsets.txt").read_text().split()
names = dict(line.split("\t", 1) for line in (info / "imagenet_synset_to_lemma.txt").read_text().splitlines())

assert len(ids) == len(set(ids)) == len(categories) == 1000 and ids == sorted(ids)

print(f"""\
// Made by Scripts/imagenet-synsets.py from timm {timm.__version__} and torchvision {torchvision.__version__.split('+')[0]}; not edited by hand.

extension ImageNet {{
  /// A line for each class, in the order of the class indices: WordNet id, names with commas between and, after ` | `,
  /// another name that torchvision's weights have.
  static let table = \"\"\"""")
for index, wordnet in enumerate(ids):
    known = names[wordnet]
    category = categories[index]
    assert " | " not in known and "\\" not in known and '"' not in known
    other = "" if category in known.split(", ") else f" | {category}"
    print(f"    {wordnet} {known}{other}")
print('    """\n}')
