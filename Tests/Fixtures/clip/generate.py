"""Writes small CLIP models of both towers with a tokenizer, and what transformers makes of texts:
`python Tests/Fixtures/clip/generate.py`.
"""

import json
import random
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import open_clip
import torch
import transformers
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
from transformers.models.clip import CLIPImageProcessor

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "models")]

import cases  # noqa: E402
from reference import storage  # noqa: E402

START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = """
a photo of the dog cat bird car tree house picture drawing small large two three red blue green old new man woman child with
and in on at it's they've we'll i'm you're she'd running standing grass street water tench goldfish great white shark hammer
head hammerhead house finch cock jay naïve café über straße größe crème brûlée 東京 写真 собака кошка фото κύων γάτα 2024 10 99
!!! ... -- () :) 👍 🐶 don't isn't can't
"""
CLASSES = ["dog", "Great White Shark", "café", "a red house", "東京 写真"]
TEMPLATES = ["a photo of a {}.", "a drawing of the {}", "{}"]
TEXTS = [
    "a photo of a dog", "A PHOTO OF A DOG", "  a   photo\tof\na dog  ", "dog", "x", "it's they've we'll i'm you're she'd",
    "It'S THEY'VE", "o'clock rock'n'roll 'tis ''s 's ' '' '''", "'llama 're'd 'v 'l", "don’t use ‘these’ “quotes”",
    "1234 12 3,000.50 1/2 ½ ² Ⅷ ٣ ৪", "a1b2c3", "2024-11-30T16:04", "C++ & C# <b>bold</b> &amp; &lt;", "e-mail@example.org",
    "http://www.example.org/?q=a&b=c#d", "hello_world snake_case", "tab\tnew\nline\r\nreturn", "\u00a0no\u00a0break\u2003em\u3000ideographic",
    "\u200bzero\u200bwidth\ufeffbom", "\u0085next\u2028line\u2029paragraph", "\x1cfile\x1dgroup", "\x00nul\x01\x7f", "naïve café", "nai\u0308ve cafe\u0301",
    "Å Å A\u030a", "ÉCOLE ÜBER STRASSE ẞ ß", "İstanbul I ı", "ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ", "ǅ Ǆ ǆ ﬁ ﬃ", "собака КОШКА Ёлка Е\u0308лка", "日本語の写真", "東京2020オリンピック", "中文，標點。「引號」",
    "한국어 \u1112\u1161\u11ab\u1100\u1173\u11af", "مرحبا بالعالم", "שָׁלוֹם", "हिन्दी नमस्ते", "ภาษาไทย", "👍", "👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈", "dog🐶cat", "🐶🐶🐶", "☃❄️★", "→←↑↓ ∑∏√∞ ≠≤≥",
    "!", "!!!", "...", "?!?!", "- -- --- – —", "()[]{}", "a.b.c.", "(a photo, of a dog)", "$5 €10 £20 ¥30", "50% off", "\\backslash\\ /slash/ |pipe|", "\"quoted\"",
    "`code` ~tilde~ ^caret^", "ªº µ ·", "x\u0301\u0323 q\u0307\u0323", "\u0344 \u0958 \u2126 \u212a", "𝒜𝓁𝓅𝒽𝒶 𝟙𝟚𝟛", "𐐀𐐨 Deseret", "<start> <|end|> <|startoftext", "</w> a</w> Ġ Ā ł",
    "The quick brown fox jumps over the lazy dog", "antidisestablishmentarianism", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ababababab dodododog", "q" * 60,
]


def byte_characters() -> dict[int, str]:
    """What stands for each byte in a vocabulary of byte pairs."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(0x100 + place) for place, byte in enumerate(others)}


def learned(count: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """A vocabulary with pairs, the most frequent ones of `WORDS` joined one after the other."""
    characters = byte_characters()
    words = Counter(WORDS.lower().split())
    split = {word: [characters[byte] for byte in word.encode()] for word in words}
    for pieces in split.values():
        pieces[-1] += "</w>"
    pairs = []
    for _ in range(count):
        found = Counter()
        for word, pieces in split.items():
            for pair in zip(pieces, pieces[1:]):
                found[pair] += words[word]
        pair = min(found, key=lambda pair: (-found[pair], pair))
        pairs.append(pair)
        for word, pieces in split.items():
            joined, place = [], 0
            while place < len(pieces):
                if tuple(pieces[place:place + 2]) == pair:
                    joined.append("".join(pair))
                    place += 2
                else:
                    joined.append(pieces[place])
                    place += 1
            split[word] = joined
    names = list(characters.values())
    names += [name + "</w>" for name in names] + ["".join(pair) for pair in pairs] + [START, END]
    return {name: place for place, name in enumerate(dict.fromkeys(names))}, pairs


def random_texts(count: int) -> list[str]:
    """Characters of many scripts, spaces and signs in any order."""
    generator = random.Random(7)
    ranges = [(0x20, 0x7F)] * 6 + [
        (0xA0, 0x180), (0x300, 0x340), (0x370, 0x530), (0x5D0, 0x660), (0x900, 0x980), (0xE00, 0xE5C), (0x1E00, 0x2070),
        (0x20A0, 0x2200), (0x3040, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0x1F300, 0x1F650)]
    texts = []
    while len(texts) < count:
        text = "".join(chr(generator.randrange(*generator.choice(ranges))) for _ in range(generator.randrange(1, 14)))
        if text.split():
            texts.append(text)
    return texts


def build(seed: int, vocabulary: dict[str, int], **text) -> CLIPModel:
    activation = text.pop("hidden_act", "quick_gelu")
    eos = text.pop("eos_token_id", vocabulary[END])
    config = CLIPConfig(
        projection_dim=10, vision_config=dict(
            hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4,
            projection_dim=10, hidden_act=activation),
        text_config=dict(
            hidden_size=16, num_hidden_layers=3, num_attention_heads=4, intermediate_size=36, projection_dim=10,
            vocab_size=len(vocabulary), max_position_embeddings=64, hidden_act=activation,
            bos_token_id=vocabulary[START], eos_token_id=eos, **text))
    module = CLIPModel(config)
    cases.randomise(module, seed)
    return module.eval()


def open_clip_tensors(tokenizer: CLIPTokenizer, vocabulary: dict[str, int], texts: list[str]) -> dict[str, torch.Tensor]:
    """A model directory as OpenCLIP's on the hub, and what OpenCLIP computes with it in float64."""
    folder = HERE / "open-clip"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    vision = dict(image_size=16, layers=2, width=18, patch_size=4, head_width=6, mlp_ratio=2.0)
    text = dict(context_length=64, vocab_size=len(vocabulary), width=16, heads=4, layers=2)
    module = open_clip.CLIP(10, vision, text, quick_gelu=True).eval()
    generator = torch.Generator().manual_seed(90)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "ln_" in name:
            parameter.data.copy_((1 if name.endswith("weight") else 0) + 0.25 * noise)
        elif name == "logit_scale":
            parameter.data.fill_(2.0)
        elif name.endswith("bias"):
            parameter.data.copy_(0.25 * noise)
        elif "embedding" in name:
            parameter.data.copy_(0.7 * noise)
        else:
            parameter.data.copy_(1.5 * noise / parameter[0].numel() ** 0.5)
    save_file({name: value.contiguous() for name, value in module.state_dict().items()}, folder / "open_clip_model.safetensors")
    storage.save_json(folder / "open_clip_config.json", {
        "model_cfg": {"embed_dim": 10, "quick_gelu": True, "vision_cfg": vision, "text_cfg": text},
        "preprocess_cfg": {
            "mean": list(open_clip.OPENAI_DATASET_MEAN), "std": list(open_clip.OPENAI_DATASET_STD), "interpolation": "bicubic",
            "resize_mode": "shortest"}})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(HERE / "both-towers" / name, folder / name)
    module = module.double()
    images = torch.randn(2, 3, 16, 16, generator=generator).double()
    photograph = Image.fromarray(
        torch.randint(0, 256, (37, 52, 3), generator=torch.Generator().manual_seed(91)).numpy().astype("u1"))
    photograph.save(folder / "photograph.png")
    transform = open_clip.image_transform(
        16, is_train=False, mean=open_clip.OPENAI_DATASET_MEAN, std=open_clip.OPENAI_DATASET_STD)

    def features(text: str) -> torch.Tensor:
        ids = tokenizer(text)["input_ids"]
        return module.encode_text(torch.tensor([ids + [0] * (64 - len(ids))]), normalize=True)[0]

    with torch.no_grad():
        directions = torch.stack([features(text) for text in texts])
        embedded = module.encode_image(images, normalize=True)
        return {
            "open-clip.texts": directions, "open-clip.input": images,
            "open-clip.logits": module.logit_scale.exp() * embedded @ directions.T,
            "open-clip.pixels": transform(photograph)}


def write_arrays(folder: Path) -> None:
    """Class vectors as NumPy writes them, of each type, and what isn't read."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    vectors = (np.arange(12, dtype="f8").reshape(3, 4) - 5) / 8
    for kind in ("f2", "f4", "f8"):
        np.save(folder / f"{kind}.npy", vectors.astype(kind))
    np.save(folder / "columns.npy", np.asfortranarray(vectors))
    np.save(folder / "integers.npy", vectors.astype("i4"))
    np.save(folder / "big-endian.npy", vectors.astype(">f4"))
    for kind in ("f2", "f4", "f8"):
        (folder / f"{kind}.txt").write_text("cat\nbig dog\neel\n")


def main() -> None:
    write_arrays(HERE / "vectors")
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    vocabulary, pairs = learned(150)
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=pairs)
    texts = TEXTS + random_texts(200)
    ids = [tokenizer(text)["input_ids"] for text in texts]
    storage.save_json(HERE / "tokens.json", {
        "texts": texts, "tokens": ids, "classes": CLASSES, "templates": TEMPLATES, "versions": storage.versions("tokenizers")})
    tensors = {}
    for seed, (name, options) in enumerate(
            {"both-towers": {}, "both-towers-older": dict(hidden_act="gelu", eos_token_id=2)}.items()):
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        module = build(80 + seed, vocabulary, **options)
        module.save_pretrained(folder)
        CLIPImageProcessor(size=dict(shortest_edge=16), crop_size=dict(height=16, width=16)).save_pretrained(folder)
        if options:  # as the first checkpoints have it
            (folder / "vocab.json").write_text(json.dumps(vocabulary))
            (folder / "merges.txt").write_text(
                "#version: 0.2\n" + "".join(f"{first} {second}\n" for first, second in pairs))
        else:
            tokenizer.save_pretrained(folder)
        module = module.double()

        def features(text: str) -> torch.Tensor:
            with torch.no_grad():
                return module.get_text_features(torch.tensor([tokenizer(text)["input_ids"]])).pooler_output[0]

        short = [text for text, tokens in zip(texts, ids) if len(tokens) <= 64]
        tensors[f"{name}.texts"] = torch.stack([features(text) for text in short])
        directions = torch.stack([
            torch.stack([torch.nn.functional.normalize(features(template.replace("{}", label)), dim=0)
                         for template in TEMPLATES]).mean(dim=0) for label in CLASSES])
        tensors[f"{name}.ensembles"] = torch.nn.functional.normalize(directions, dim=-1)
        images = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(seed)).double()
        padded = tokenizer(CLASSES, padding=True, return_tensors="pt")
        with torch.no_grad():
            tensors[f"{name}.input"] = images
            tensors[f"{name}.logits"] = module(pixel_values=images, **padded).logits_per_image
            embedded = module.get_image_features(images).pooler_output
        unit = torch.nn.functional.normalize(embedded, dim=-1)
        tensors[f"{name}.similarity"] = module.logit_scale.exp() * unit @ unit.T
    tensors |= open_clip_tensors(tokenizer, vocabulary, CLASSES)
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    print(len(texts), "texts,", max(map(len, ids)), "tokens at most,", len(vocabulary), "in the vocabulary")


if __name__ == "__main__":
    main()
