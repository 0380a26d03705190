"""What one writes for a Grad-CAM overlay in PyTorch: python gradcam_script.py MODEL PHOTO OUTPUT"""
import sys

import numpy
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import show_cam_on_image
from transformers import ViTForImageClassification, ViTImageProcessorPil

path, photo, output = sys.argv[1:]
model = ViTForImageClassification.from_pretrained(path).eval()
logits = torch.nn.Module()
logits.model, logits.forward = model, lambda pixels: model(pixels).logits
image = Image.open(photo).convert("RGB")
pixels = ViTImageProcessorPil.from_pretrained(path)(image, return_tensors="pt")["pixel_values"]
grid = lambda tokens: tokens[:, 1:].reshape(len(tokens), 14, 14, -1).permute(0, 3, 1, 2)  # noqa: E731
cam = GradCAM(logits, [model.vit.layers[-1].layernorm_before], reshape_transform=grid)(pixels, targets=None)[0]
Image.fromarray(show_cam_on_image(numpy.asarray(image.resize((224, 224))) / 255.0, cam, use_rgb=True)).save(output)
