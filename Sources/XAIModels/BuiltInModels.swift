@_exported public import XAIBEiT
@_exported public import XAICLIP
public import XAICore
@_exported public import XAIDINOv2
@_exported public import XAIDINOv3
@_exported public import XAIDeiT
@_exported public import XAISigLIP
@_exported public import XAISwin
@_exported public import XAIViT

/// Every model family that ships with the package: importing this module imports them all.
///
/// The families registered last are asked first, so the general ones come first.
public let builtInModels: [any Plugin.Type] = [
  ViT.self,
  DeiT.self,
  BEiT.self,
  DINOv2.self,
  DINOv3.self,
  Swin.self,
  CLIP.self,
  SigLIP.self,
]
