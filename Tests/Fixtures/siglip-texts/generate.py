"""Writes small SigLIP models of both towers with tokenizers of each kind, and what transformers, tokenizers, sentencepiece and OpenCLIP
make of texts: `python Tests/Fixtures/siglip-texts/generate.py`.
"""

import importlib.util
import io
import json
import shutil
import sys
import tempfile
import types
from pathlib import Path

import open_clip
import sentencepiece
import tokenizers
import torch
import transformers
from open_clip.tokenizer import canonicalize_text
from safetensors.torch import save_file
from sentencepiece import sentencepiece_model_pb2 as format_of_pieces
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import SiglipConfig, SiglipModel, SiglipTokenizer
from transformers.models.siglip2.tokenization_siglip2 import Siglip2Tokenizer

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "models")]

import cases  # noqa: E402
from reference import storage  # noqa: E402

_spec = importlib.util.spec_from_file_location("clip_generate", HERE.parent / "clip" / "generate.py")
clip = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(clip)

LENGTH = 64
CLASSES, TEMPLATES = clip.CLASSES, ["a photo of a {}.", "A drawing of the {}", "{}"]
TEXTS = clip.TEXTS + [
    "ΣΊΣΥΦΟΣ. ΟΔΟΣ Σ ΑΣ' ΑΣ!Α", "snake_case _a_ __", "a_b", "\u2581a \u2581", " leading", "trailing ", "a\u2581b", "ﬁne ﬁ\u0301sh ①②③ ㌔ Ⅷ",
    "ＦＵＬＬ　ｗｉｄｔｈ", "e\u0301e\u0301 \u1100\u1161", "<table>dog</table> cat", "dog\n\ncat\n\n\nbird", "a  b   c    d", "  two  spaces  ",
    "the quick brown fox " * 8, "x" * 90, "東京写真" * 30, "a photo of a dog " * 16, "\u0085a\u00a0b\u3000c\u2028d", "a\x1cb\x1fc\x0bd",
]
# A few characters that become others, longer ones before their parts.
RULES = {"ﬁ": "fi", "①": "1", "②": "2", "Ⅷ": "VIII", "ⅷ": "viii", "㌔": "キロ", "ｗ": "w", "ｉ": "i", "ｆ": "f", "\u3000": " ", "\u00a0": " ",
         "e\u0301": "é", "\u0085": " ", "\u200b": "", "\u1100\u1161": "가", "½": "1/2", "…": "..."}


def sentence_pieces() -> bytes:
    """A unigram model of the words of CLIP's fixture, in the form of T5's."""
    words = clip.WORDS.lower().split()
    lines = [" ".join(words[i:i + 5]) for i in range(len(words))] * 3
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.tsv"
        rules.write_text("".join(
            f"{' '.join(f'{ord(c):X}' for c in old)}\t{' '.join(f'{ord(c):X}' for c in new)}\n" for old, new in RULES.items()))
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=model, vocab_size=260, model_type="unigram", character_coverage=1.0,
            normalization_rule_tsv=str(rules), pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>",
            hard_vocab_limit=False, num_threads=1)
    return model.getvalue()


def fast(model: bytes) -> Tokenizer:
    """The same pieces as a tokenizer.json, normalised and split as transformers converts T5's."""
    proto = format_of_pieces.ModelProto()
    proto.ParseFromString(model)
    pieces = [(piece.piece, piece.score) for piece in proto.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    return tokenizer


def byte_pairs() -> Siglip2Tokenizer:
    """A tokenizer as Gemma's and SigLIP 2's: byte pairs over characters, bytes for the others."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = normalizers.Replace(" ", "▁")
    words = clip.WORDS.lower().split()
    trained.train_from_iterator(
        [" ".join(words[i:i + 3]) for i in range(len(words))],
        trainers.BpeTrainer(
            vocab_size=620, special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)], show_progress=False))
    model = json.loads(trained.to_str())["model"]
    tokenizer = Siglip2Tokenizer(
        vocab=model["vocab"], merges=[tuple(pair) for pair in model["merges"]], padding_side="right",
        model_input_names=["input_ids"], model_max_length=LENGTH)
    tokenizer._tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    tokenizer._tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ("\n\n", "\n\n\n", "<table>", "</table>")])
    return tokenizer


def padded(ids: list[int], end: int, pad: int) -> list[int]:
    """The text's tokens cut so that the last one has room, then padding."""
    ids = ids[:LENGTH - 1] + [end]
    return ids + [pad] * (LENGTH - len(ids))


def shown(ids: list[int]) -> list[int]:
    """Without what only repeats the last token up to the length of the context."""
    while len(ids) > 1 and ids[-1] == ids[-2]:
        ids = ids[:-1]
    return ids


def build(seed: int, vocabulary: int, activation: str) -> SiglipModel:
    common = dict(hidden_act=activation)
    config = SiglipConfig(
        vision_config=dict(
            hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4, **common),
        text_config=dict(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=36, vocab_size=vocabulary,
            max_position_embeddings=LENGTH, projection_size=18, bos_token_id=2, eos_token_id=1, pad_token_id=1, **common))
    module = SiglipModel(config)
    cases.randomise(module, seed)
    module.logit_bias.data.fill_(-1.5)
    return module.eval()


def open_clip_tensors(tokens, texts: list[str], vocabulary: int) -> dict[str, torch.Tensor]:
    """A model directory as OpenCLIP's SigLIPs on the hub, and what OpenCLIP computes with it in float64."""
    folder = HERE / "open-clip"
    vision = dict(image_size=16, timm_model_name="vit_base_patch16_siglip_224", timm_model_pretrained=False, timm_pool="map", timm_proj="none")
    text = dict(
        context_length=LENGTH, vocab_size=vocabulary, hf_tokenizer_name="timm/ViT-B-16-SigLIP", tokenizer_kwargs=dict(clean="canonicalize"),
        width=16, heads=4, layers=2, mlp_ratio=2.25, no_causal_mask=True, proj_bias=True, pool_type="last", norm_kwargs=dict(eps=1e-6),
        act_kwargs=dict(approximate="tanh"))
    sizes = dict(patch_size=4, embed_dim=18, depth=2, num_heads=3, mlp_ratio=2.0, img_size=16)
    create = open_clip.timm_model.timm.create_model
    open_clip.timm_model.timm.create_model = lambda name, **options: create(name, **{**options, **sizes})
    module = open_clip.CustomTextCLIP(18, vision, text, init_logit_bias=-10).eval()
    open_clip.timm_model.timm.create_model = create
    generator = torch.Generator().manual_seed(190)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name or "ln_" in name:
            parameter.data.copy_((1 if name.endswith("weight") else 0) + 0.25 * noise)
        elif name == "logit_scale":
            parameter.data.fill_(2.0)
        elif name == "logit_bias":
            parameter.data.fill_(-1.25)
        elif name.endswith("bias"):
            parameter.data.copy_(0.25 * noise)
        elif "embed" in name or "latent" in name:
            parameter.data.copy_(0.7 * noise)
        else:
            parameter.data.copy_(1.5 * noise / parameter[0].numel() ** 0.5)
    save_file({name: value.contiguous() for name, value in module.state_dict().items()}, folder / "open_clip_model.safetensors")
    storage.save_json(folder / "open_clip_config.json", {
        "model_cfg": {"embed_dim": 18, "init_logit_bias": -10, "custom_text": True, "vision_cfg": vision, "text_cfg": text},
        "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}})
    module = module.double()
    images = torch.randn(2, 3, 16, 16, generator=generator).double()
    with torch.no_grad():
        directions = module.encode_text(torch.tensor([tokens(text) for text in texts]), normalize=True)
        embedded = module.encode_image(images, normalize=True)
        return {
            "open-clip.texts": directions, "open-clip.input": images,
            "open-clip.logits": module.logit_scale.exp() * embedded @ directions.T + module.logit_bias}


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    for name in ("unigram", "spiece", "pairs", "open-clip"):
        shutil.rmtree(HERE / name, ignore_errors=True)
        (HERE / name).mkdir()
    pieces = sentence_pieces()
    (HERE / "spiece" / "spiece.model").write_bytes(pieces)
    slow = SiglipTokenizer(str(HERE / "spiece" / "spiece.model"), model_max_length=LENGTH, model_input_names=["input_ids"])
    slow.save_pretrained(HERE / "spiece")
    unigram, pairs = fast(pieces), byte_pairs()
    for name in ("unigram", "open-clip"):
        unigram.save(str(HERE / name / "tokenizer.json"), pretty=False)
        (HERE / name / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "T5TokenizerFast", "pad_token": "</s>"}))
    pairs.save_pretrained(HERE / "pairs")
    canonical = types.SimpleNamespace(do_lower_case=True)
    canonical.remove_punctuation = lambda text: SiglipTokenizer.remove_punctuation(canonical, text)

    def of_unigram(text: str) -> list[int]:
        cleaned = SiglipTokenizer.canonicalize_text(canonical, text)
        return padded(unigram.encode(cleaned, add_special_tokens=False).ids, 1, 1)

    def of_spiece(text: str) -> list[int]:
        return slow(text, padding="max_length", truncation=True, max_length=LENGTH)["input_ids"]

    def of_pairs(text: str) -> list[int]:
        return pairs(text, padding="max_length", truncation=True, max_length=LENGTH)["input_ids"]

    def of_open_clip(text: str) -> list[int]:
        return padded(unigram.encode(canonicalize_text(text), add_special_tokens=False).ids, 1, 1)

    kinds = {"unigram": of_unigram, "spiece": of_spiece, "pairs": of_pairs, "open-clip": of_open_clip}
    texts = TEXTS + clip.random_texts(200)
    (HERE / "tokens.json").write_text(json.dumps({
        "texts": texts, "tokens": {name: [shown(tokens(text)) for text in texts] for name, tokens in kinds.items()},
        "classes": CLASSES, "templates": TEMPLATES,
        "versions": storage.versions("tokenizers") | {
            "sentencepiece": sentencepiece.__version__, "open_clip_torch": open_clip.__version__}}) + "\n")
    tensors = {}
    vocabularies = {"unigram": 300, "spiece": 300, "pairs": 640}
    for seed, (name, activation) in enumerate({"unigram": "gelu_pytorch_tanh", "spiece": "gelu", "pairs": "gelu_pytorch_tanh"}.items()):
        folder, tokens = HERE / name, kinds[name]
        module = build(180 + seed, vocabularies[name], activation)
        module.save_pretrained(folder)
        transformers.SiglipImageProcessor(size=dict(height=16, width=16)).save_pretrained(folder)
        module = module.double()

        def features(texts: list[str]) -> torch.Tensor:
            with torch.no_grad():
                return module.get_text_features(torch.tensor([tokens(text) for text in texts])).pooler_output

        tensors[f"{name}.texts"] = features(texts[::6])
        directions = torch.stack([
            torch.nn.functional.normalize(features([template.replace("{}", label) for template in TEMPLATES]), dim=-1).mean(dim=0)
            for label in CLASSES])
        tensors[f"{name}.ensembles"] = torch.nn.functional.normalize(directions, dim=-1)
        images = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(seed)).double()
        with torch.no_grad():
            outputs = module(pixel_values=images, input_ids=torch.tensor([tokens(label) for label in CLASSES]))
        tensors |= {
            f"{name}.input": images, f"{name}.logits": outputs.logits_per_image,
            f"{name}.probabilities": outputs.logits_per_image.sigmoid()}
    tensors |= open_clip_tensors(of_open_clip, CLASSES, 300)
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    print(len(texts), "texts,", unigram.get_vocab_size(), "and", len(pairs), "tokens")


if __name__ == "__main__":
    main()
