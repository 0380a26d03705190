// What timm 1.0.31 makes of each name; made by Tests/Fixtures/timm/generate.py, not edited by hand.

extension TimmArchitecture {
  /// A line for each name: the class that it makes, and its facts.
  static let table = """
    beit3_base_patch16_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=avg norm=LayerNorm:1e-05
    beit3_giant_patch14_224 VisionTransformer patch=14x14 width=1408 depth=40 heads=16 pool=avg norm=LayerNorm:1e-05
    beit3_giant_patch14_336 VisionTransformer patch=14x14 width=1408 depth=40 heads=16 pool=avg norm=LayerNorm:1e-05
    beit3_large_patch16_224 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=avg norm=LayerNorm:1e-05
    beit_base_patch16_224 Beit patch=16x16 width=768 depth=12 heads=12 positions=none pool=avg
    beit_base_patch16_384 Beit patch=16x16 width=768 depth=12 heads=12 positions=none pool=avg
    beit_large_patch16_224 Beit patch=16x16 width=1024 depth=24 heads=16 positions=none pool=avg
    beit_large_patch16_384 Beit patch=16x16 width=1024 depth=24 heads=16 positions=none pool=avg
    beit_large_patch16_512 Beit patch=16x16 width=1024 depth=24 heads=16 positions=none pool=avg
    beitv2_base_patch16_224 Beit patch=16x16 width=768 depth=12 heads=12 positions=none pool=avg
    beitv2_large_patch16_224 Beit patch=16x16 width=1024 depth=24 heads=16 positions=none pool=avg
    deit3_base_patch16_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 positions=patches
    deit3_base_patch16_384 VisionTransformer patch=16x16 width=768 depth=12 heads=12 positions=patches
    deit3_huge_patch14_224 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 positions=patches
    deit3_large_patch16_224 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 positions=patches
    deit3_large_patch16_384 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 positions=patches
    deit3_medium_patch16_224 VisionTransformer patch=16x16 width=512 depth=12 heads=8 positions=patches
    deit3_small_patch16_224 VisionTransformer patch=16x16 width=384 depth=12 heads=6 positions=patches
    deit3_small_patch16_384 VisionTransformer patch=16x16 width=384 depth=12 heads=6 positions=patches
    deit_base_distilled_patch16_224 VisionTransformerDistilled patch=16x16 width=768 depth=12 heads=12
    deit_base_distilled_patch16_384 VisionTransformerDistilled patch=16x16 width=768 depth=12 heads=12
    deit_base_patch16_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12
    deit_base_patch16_384 VisionTransformer patch=16x16 width=768 depth=12 heads=12
    deit_small_distilled_patch16_224 VisionTransformerDistilled patch=16x16 width=384 depth=12 heads=6
    deit_small_patch16_224 VisionTransformer patch=16x16 width=384 depth=12 heads=6
    deit_tiny_distilled_patch16_224 VisionTransformerDistilled patch=16x16 width=192 depth=12 heads=3
    deit_tiny_patch16_224 VisionTransformer patch=16x16 width=192 depth=12 heads=3
    eva02_base_patch14_224 Eva patch=14x14 width=768 depth=12 heads=12 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_base_patch14_448 Eva patch=14x14 width=768 depth=12 heads=12 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_base_patch16_clip_224 Eva patch=16x16 width=768 depth=12 heads=12 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_enormous_patch14_clip_224 Eva patch=14x14 width=1792 depth=64 heads=16 block=EvaBlockPostNorm attention=EvaAttention
    eva02_large_patch14_224 Eva patch=14x14 width=1024 depth=24 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_large_patch14_448 Eva patch=14x14 width=1024 depth=24 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_large_patch14_clip_224 Eva patch=14x14 width=1024 depth=24 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_large_patch14_clip_336 Eva patch=14x14 width=1024 depth=24 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU
    eva02_small_patch14_224 Eva patch=14x14 width=384 depth=12 heads=6 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=GluMlp activation=SiLU gate_last=no
    eva02_small_patch14_336 Eva patch=14x14 width=384 depth=12 heads=6 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=GluMlp activation=SiLU gate_last=no
    eva02_tiny_patch14_224 Eva patch=14x14 width=192 depth=12 heads=3 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=GluMlp activation=SiLU gate_last=no
    eva02_tiny_patch14_336 Eva patch=14x14 width=192 depth=12 heads=3 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=GluMlp activation=SiLU gate_last=no
    eva_giant_patch14_224 Eva patch=14x14 width=1408 depth=40 heads=16 pool=avg block=EvaBlock attention=EvaAttention
    eva_giant_patch14_336 Eva patch=14x14 width=1408 depth=40 heads=16 pool=avg block=EvaBlock attention=EvaAttention
    eva_giant_patch14_560 Eva patch=14x14 width=1408 depth=40 heads=16 pool=avg block=EvaBlock attention=EvaAttention
    eva_giant_patch14_clip_224 Eva patch=14x14 width=1408 depth=40 heads=16 block=EvaBlock attention=EvaAttention
    eva_large_patch14_196 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 pool=avg
    eva_large_patch14_336 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 pool=avg
    swin_base_patch4_window7_224 SwinTransformer patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=7+7+7+7
    swin_base_patch4_window12_384 SwinTransformer patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=12+12+12+12
    swin_large_patch4_window7_224 SwinTransformer patch=4x4 width=192 depth=2+2+18+2 heads=6+12+24+48 window=7+7+7+7
    swin_large_patch4_window12_384 SwinTransformer patch=4x4 width=192 depth=2+2+18+2 heads=6+12+24+48 window=12+12+12+12
    swin_s3_base_224 SwinTransformer patch=4x4 width=96 depth=2+2+30+2 heads=3+6+12+24 window=7+7+14+7
    swin_s3_small_224 SwinTransformer patch=4x4 width=96 depth=2+2+18+2 heads=3+6+12+24 window=14+14+14+7
    swin_s3_tiny_224 SwinTransformer patch=4x4 width=96 depth=2+2+6+2 heads=3+6+12+24 window=7+7+14+7
    swin_small_patch4_window7_224 SwinTransformer patch=4x4 width=96 depth=2+2+18+2 heads=3+6+12+24 window=7+7+7+7
    swin_tiny_patch4_window7_224 SwinTransformer patch=4x4 width=96 depth=2+2+6+2 heads=3+6+12+24 window=7+7+7+7
    swinv2_base_window8_256 SwinTransformerV2 patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=8+8+8+8 pretrained=0+0+0+0
    swinv2_base_window12_192 SwinTransformerV2 patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=12+12+12+12 pretrained=0+0+0+0
    swinv2_base_window12to16_192to256 SwinTransformerV2 patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=16+16+16+16 pretrained=12+12+12+6
    swinv2_base_window12to24_192to384 SwinTransformerV2 patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=24+24+24+24 pretrained=12+12+12+6
    swinv2_base_window16_256 SwinTransformerV2 patch=4x4 width=128 depth=2+2+18+2 heads=4+8+16+32 window=16+16+16+16 pretrained=0+0+0+0
    swinv2_cr_base_224 SwinTransformerV2Cr
    swinv2_cr_base_384 SwinTransformerV2Cr
    swinv2_cr_base_ns_224 SwinTransformerV2Cr
    swinv2_cr_giant_224 SwinTransformerV2Cr
    swinv2_cr_giant_384 SwinTransformerV2Cr
    swinv2_cr_huge_224 SwinTransformerV2Cr
    swinv2_cr_huge_384 SwinTransformerV2Cr
    swinv2_cr_large_224 SwinTransformerV2Cr
    swinv2_cr_large_384 SwinTransformerV2Cr
    swinv2_cr_small_224 SwinTransformerV2Cr
    swinv2_cr_small_384 SwinTransformerV2Cr
    swinv2_cr_small_ns_224 SwinTransformerV2Cr
    swinv2_cr_small_ns_256 SwinTransformerV2Cr
    swinv2_cr_tiny_224 SwinTransformerV2Cr
    swinv2_cr_tiny_384 SwinTransformerV2Cr
    swinv2_cr_tiny_ns_224 SwinTransformerV2Cr
    swinv2_large_window12_192 SwinTransformerV2 patch=4x4 width=192 depth=2+2+18+2 heads=6+12+24+48 window=12+12+12+12 pretrained=0+0+0+0
    swinv2_large_window12to16_192to256 SwinTransformerV2 patch=4x4 width=192 depth=2+2+18+2 heads=6+12+24+48 window=16+16+16+16 pretrained=12+12+12+6
    swinv2_large_window12to24_192to384 SwinTransformerV2 patch=4x4 width=192 depth=2+2+18+2 heads=6+12+24+48 window=24+24+24+24 pretrained=12+12+12+6
    swinv2_small_window8_256 SwinTransformerV2 patch=4x4 width=96 depth=2+2+18+2 heads=3+6+12+24 window=8+8+8+8 pretrained=0+0+0+0
    swinv2_small_window16_256 SwinTransformerV2 patch=4x4 width=96 depth=2+2+18+2 heads=3+6+12+24 window=16+16+16+16 pretrained=0+0+0+0
    swinv2_tiny_window8_256 SwinTransformerV2 patch=4x4 width=96 depth=2+2+6+2 heads=3+6+12+24 window=8+8+8+8 pretrained=0+0+0+0
    swinv2_tiny_window16_256 SwinTransformerV2 patch=4x4 width=96 depth=2+2+6+2 heads=3+6+12+24 window=16+16+16+16 pretrained=0+0+0+0
    vit_5b_patch16_sapiens2 Eva patch=16x16 width=2432 depth=56 heads=32 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=AttentionRope mlp=GluMlp activation=SiLU gate_last=no norm=RmsNorm:1e-06
    vit_7b_patch16_dinov3 Eva patch=16x16 width=4096 depth=40 heads=32 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU norm=LayerNorm:1e-05
    vit_base_mci_224 VisionTransformer patch=1x1 width=768 depth=12 heads=12 embedding=HybridEmbed positions=patches
    vit_base_patch8_224 VisionTransformer patch=8x8 width=768 depth=12 heads=12
    vit_base_patch14_dinov2 VisionTransformer patch=14x14 width=768 depth=12 heads=12
    vit_base_patch14_reg1_tipsv2 VisionTransformer patch=14x14 width=768 depth=12 heads=12 positions=patches
    vit_base_patch14_reg4_dinov2 VisionTransformer patch=14x14 width=768 depth=12 heads=12 positions=patches
    vit_base_patch16_18x2_224 VisionTransformer patch=16x16 width=768 depth=18 heads=None block=ParallelThingsBlock attention=None mlp=None activation=None norm=None
    vit_base_patch16_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12
    vit_base_patch16_224_miil VisionTransformer patch=16x16 width=768 depth=12 heads=12
    vit_base_patch16_384 VisionTransformer patch=16x16 width=768 depth=12 heads=12
    vit_base_patch16_clip_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 norm=LayerNorm:1e-05
    vit_base_patch16_clip_384 VisionTransformer patch=16x16 width=768 depth=12 heads=12 norm=LayerNorm:1e-05
    vit_base_patch16_clip_quickgelu_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 activation=QuickGELU norm=LayerNorm:1e-05
    vit_base_patch16_dinov3 Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_base_patch16_dinov3_qkvb Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_base_patch16_gap_224 VisionTransformer patch=16x16 width=768 depth=12 heads=16 pool=avg
    vit_base_patch16_lingbot Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_base_patch16_plus_240 VisionTransformer patch=16x16 width=896 depth=12 heads=14
    vit_base_patch16_plus_clip_240 VisionTransformer patch=16x16 width=896 depth=12 heads=14 norm=LayerNorm:1e-05
    vit_base_patch16_radio_v3 VisionTransformer patch=16x16 width=768 depth=12 heads=12 positions=patches last_norm=no interpolation=bilinear
    vit_base_patch16_reg4_gap_256 VisionTransformer patch=16x16 width=768 depth=12 heads=12 positions=patches pool=avg
    vit_base_patch16_rope_224 Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingCat,temperature:100.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,normalize_coords:separate block=EvaBlock attention=AttentionRope
    vit_base_patch16_rope_ape_224 Eva patch=16x16 width=768 depth=12 heads=12 positions=patches rope=class:RotaryEmbeddingCat,temperature:100.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,normalize_coords:separate block=EvaBlock attention=AttentionRope
    vit_base_patch16_rope_mixed_224 Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingMixed,temperature:10.0,grid_indexing:xy block=EvaBlock attention=AttentionRope
    vit_base_patch16_rope_mixed_ape_224 Eva patch=16x16 width=768 depth=12 heads=12 positions=patches rope=class:RotaryEmbeddingMixed,temperature:10.0,grid_indexing:xy block=EvaBlock attention=AttentionRope
    vit_base_patch16_rope_reg1_gap_256 Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention
    vit_base_patch16_rpn_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=avg block=ResPostBlock
    vit_base_patch16_sapiens2 Eva patch=16x16 width=768 depth=12 heads=12 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=AttentionRope mlp=GluMlp activation=SiLU gate_last=no norm=RmsNorm:1e-06
    vit_base_patch16_siglip_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=map
    vit_base_patch16_siglip_256 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=map
    vit_base_patch16_siglip_384 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=map
    vit_base_patch16_siglip_512 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=map
    vit_base_patch16_siglip_gap_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=avg
    vit_base_patch16_siglip_gap_256 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=avg
    vit_base_patch16_siglip_gap_384 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=avg
    vit_base_patch16_siglip_gap_512 VisionTransformer patch=16x16 width=768 depth=12 heads=12 pool=avg
    vit_base_patch16_xp_224 VisionTransformer patch=16x16 width=768 depth=12 heads=12 positions=patches block=ParallelScalingBlock norm=RmsNorm:1e-06
    vit_base_patch32_224 VisionTransformer patch=32x32 width=768 depth=12 heads=12
    vit_base_patch32_384 VisionTransformer patch=32x32 width=768 depth=12 heads=12
    vit_base_patch32_clip_224 VisionTransformer patch=32x32 width=768 depth=12 heads=12 norm=LayerNorm:1e-05
    vit_base_patch32_clip_256 VisionTransformer patch=32x32 width=768 depth=12 heads=12 norm=LayerNorm:1e-05
    vit_base_patch32_clip_384 VisionTransformer patch=32x32 width=768 depth=12 heads=12 norm=LayerNorm:1e-05
    vit_base_patch32_clip_448 VisionTransformer patch=32x32 width=768 depth=12 heads=12 norm=LayerNorm:1e-05
    vit_base_patch32_clip_quickgelu_224 VisionTransformer patch=32x32 width=768 depth=12 heads=12 activation=QuickGELU norm=LayerNorm:1e-05
    vit_base_patch32_plus_256 VisionTransformer patch=32x32 width=896 depth=12 heads=14
    vit_base_patch32_siglip_256 VisionTransformer patch=32x32 width=768 depth=12 heads=12 pool=map activation=GELUTanh
    vit_base_patch32_siglip_gap_256 VisionTransformer patch=32x32 width=768 depth=12 heads=12 pool=avg activation=GELUTanh
    vit_base_r26_s32_224 VisionTransformer patch=1x1 width=768 depth=12 heads=12 embedding=HybridEmbed
    vit_base_r50_s16_224 VisionTransformer patch=1x1 width=768 depth=12 heads=12 embedding=HybridEmbed
    vit_base_r50_s16_384 VisionTransformer patch=1x1 width=768 depth=12 heads=12 embedding=HybridEmbed
    vit_base_resnet26d_224 VisionTransformer patch=1x1 width=768 depth=12 heads=12 embedding=HybridEmbed
    vit_base_resnet50d_224 VisionTransformer patch=1x1 width=768 depth=12 heads=12 embedding=HybridEmbed
    vit_betwixt_patch16_gap_256 VisionTransformer patch=16x16 width=640 depth=12 heads=10 pool=avg
    vit_betwixt_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=640 depth=12 heads=10 positions=patches pool=avg
    vit_betwixt_patch16_reg4_gap_256 VisionTransformer patch=16x16 width=640 depth=12 heads=10 positions=patches pool=avg
    vit_betwixt_patch16_reg4_gap_384 VisionTransformer patch=16x16 width=640 depth=12 heads=10 positions=patches pool=avg
    vit_betwixt_patch16_rope_reg4_gap_256 Eva patch=16x16 width=640 depth=12 heads=10 positions=none rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention
    vit_betwixt_patch32_clip_224 VisionTransformer patch=32x32 width=640 depth=12 heads=10 norm=LayerNorm:1e-05
    vit_dlittle_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=320 depth=14 heads=5 positions=patches pool=avg attention=DiffAttention
    vit_dpwee_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=256 depth=16 heads=4 positions=patches pool=avg block=DiffParallelScalingBlock attention=None mlp=None activation=None norm=None
    vit_dwee_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=256 depth=14 heads=4 positions=patches pool=avg attention=DiffAttention
    vit_giant_patch14_224 VisionTransformer patch=14x14 width=1408 depth=40 heads=16
    vit_giant_patch14_clip_224 VisionTransformer patch=14x14 width=1408 depth=40 heads=16 norm=LayerNorm:1e-05
    vit_giant_patch14_dinov2 VisionTransformer patch=14x14 width=1536 depth=40 heads=24 mlp=GluMlp activation=SiLU gate_last=no
    vit_giant_patch14_reg1_tipsv2 VisionTransformer patch=14x14 width=1536 depth=40 heads=24 positions=patches mlp=GluMlp activation=SiLU gate_last=no
    vit_giant_patch14_reg4_dinov2 VisionTransformer patch=14x14 width=1536 depth=40 heads=24 positions=patches mlp=GluMlp activation=SiLU gate_last=no
    vit_giant_patch16_gap_224 VisionTransformer patch=16x16 width=1408 depth=40 heads=16 pool=avg
    vit_giant_patch16_lingbot Eva patch=16x16 width=1536 depth=40 heads=24 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU norm=LayerNorm:1e-05
    vit_giant_patch16_radio_v3 VisionTransformer patch=16x16 width=1536 depth=40 heads=24 positions=patches last_norm=no interpolation=bilinear
    vit_giant_patch16_sapiens2 Eva patch=16x16 width=1536 depth=40 heads=24 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=AttentionRope mlp=GluMlp activation=SiLU gate_last=no norm=RmsNorm:1e-06
    vit_giantopt_patch16_siglip_256 VisionTransformer patch=16x16 width=1536 depth=40 heads=16 pool=map activation=GELUTanh
    vit_giantopt_patch16_siglip_384 VisionTransformer patch=16x16 width=1536 depth=40 heads=16 pool=map activation=GELUTanh
    vit_giantopt_patch16_siglip_gap_256 VisionTransformer patch=16x16 width=1536 depth=40 heads=16 pool=avg activation=GELUTanh
    vit_giantopt_patch16_siglip_gap_384 VisionTransformer patch=16x16 width=1536 depth=40 heads=16 pool=avg activation=GELUTanh
    vit_gigantic_patch14_224 VisionTransformer patch=14x14 width=1664 depth=48 heads=16
    vit_gigantic_patch14_clip_224 VisionTransformer patch=14x14 width=1664 depth=48 heads=16 norm=LayerNorm:1e-05
    vit_gigantic_patch14_clip_378 VisionTransformer patch=14x14 width=1664 depth=48 heads=16 norm=LayerNorm:1e-05
    vit_gigantic_patch14_clip_quickgelu_224 VisionTransformer patch=14x14 width=1664 depth=48 heads=16 activation=QuickGELU norm=LayerNorm:1e-05
    vit_huge_patch14_224 VisionTransformer patch=14x14 width=1280 depth=32 heads=16
    vit_huge_patch14_clip_224 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 norm=LayerNorm:1e-05
    vit_huge_patch14_clip_336 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 norm=LayerNorm:1e-05
    vit_huge_patch14_clip_378 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 norm=LayerNorm:1e-05
    vit_huge_patch14_clip_quickgelu_224 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 activation=QuickGELU norm=LayerNorm:1e-05
    vit_huge_patch14_clip_quickgelu_378 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 activation=QuickGELU norm=LayerNorm:1e-05
    vit_huge_patch14_gap_224 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 pool=avg
    vit_huge_patch14_xp_224 VisionTransformer patch=14x14 width=1280 depth=32 heads=16 positions=patches block=ParallelScalingBlock norm=RmsNorm:1e-06
    vit_huge_patch16_gap_448 VisionTransformer patch=16x16 width=1280 depth=32 heads=16 pool=avg
    vit_huge_patch16_radio_v3 VisionTransformer patch=16x16 width=1280 depth=32 heads=16 positions=patches last_norm=no interpolation=bilinear
    vit_huge_patch16_radio_v4 VisionTransformer patch=16x16 width=1280 depth=32 heads=16 positions=patches last_norm=no interpolation=bilinear
    vit_huge_patch16_sapiens2 Eva patch=16x16 width=1280 depth=32 heads=16 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=AttentionRope mlp=GluMlp activation=SiLU gate_last=no norm=RmsNorm:1e-06
    vit_huge_plus_patch16_dinov3 Eva patch=16x16 width=1280 depth=32 heads=20 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU norm=LayerNorm:1e-05
    vit_huge_plus_patch16_dinov3_qkvb Eva patch=16x16 width=1280 depth=32 heads=20 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU norm=LayerNorm:1e-05
    vit_intern300m_patch14_448 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 last_norm=no
    vit_large_patch14_224 VisionTransformer patch=14x14 width=1024 depth=24 heads=16
    vit_large_patch14_clip_224 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 norm=LayerNorm:1e-05
    vit_large_patch14_clip_336 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 norm=LayerNorm:1e-05
    vit_large_patch14_clip_quickgelu_224 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 activation=QuickGELU norm=LayerNorm:1e-05
    vit_large_patch14_clip_quickgelu_336 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 activation=QuickGELU norm=LayerNorm:1e-05
    vit_large_patch14_dinov2 VisionTransformer patch=14x14 width=1024 depth=24 heads=16
    vit_large_patch14_reg1_tipsv2 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 positions=patches
    vit_large_patch14_reg4_dinov2 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 positions=patches
    vit_large_patch14_xp_224 VisionTransformer patch=14x14 width=1024 depth=24 heads=16 positions=patches block=ParallelScalingBlock norm=RmsNorm:1e-06
    vit_large_patch16_224 VisionTransformer patch=16x16 width=1024 depth=24 heads=16
    vit_large_patch16_384 VisionTransformer patch=16x16 width=1024 depth=24 heads=16
    vit_large_patch16_dinov3 Eva patch=16x16 width=1024 depth=24 heads=16 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_large_patch16_dinov3_qkvb Eva patch=16x16 width=1024 depth=24 heads=16 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_large_patch16_lingbot Eva patch=16x16 width=1024 depth=24 heads=16 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_large_patch16_radio_v3 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 positions=patches last_norm=no interpolation=bilinear
    vit_large_patch16_rope_224 Eva patch=16x16 width=1024 depth=24 heads=16 positions=none rope=class:RotaryEmbeddingCat,temperature:100.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,normalize_coords:separate block=EvaBlock attention=AttentionRope
    vit_large_patch16_rope_ape_224 Eva patch=16x16 width=1024 depth=24 heads=16 positions=patches rope=class:RotaryEmbeddingCat,temperature:100.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,normalize_coords:separate block=EvaBlock attention=AttentionRope
    vit_large_patch16_rope_mixed_224 Eva patch=16x16 width=1024 depth=24 heads=16 positions=none rope=class:RotaryEmbeddingMixed,temperature:10.0,grid_indexing:xy block=EvaBlock attention=AttentionRope
    vit_large_patch16_rope_mixed_ape_224 Eva patch=16x16 width=1024 depth=24 heads=16 positions=patches rope=class:RotaryEmbeddingMixed,temperature:10.0,grid_indexing:xy block=EvaBlock attention=AttentionRope
    vit_large_patch16_sapiens2 Eva patch=16x16 width=1024 depth=24 heads=16 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=AttentionRope mlp=GluMlp activation=SiLU gate_last=no norm=RmsNorm:1e-06
    vit_large_patch16_siglip_256 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=map
    vit_large_patch16_siglip_384 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=map
    vit_large_patch16_siglip_512 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=map activation=GELUTanh
    vit_large_patch16_siglip_gap_256 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=avg
    vit_large_patch16_siglip_gap_384 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=avg
    vit_large_patch16_siglip_gap_512 VisionTransformer patch=16x16 width=1024 depth=24 heads=16 pool=avg activation=GELUTanh
    vit_large_patch32_224 VisionTransformer patch=32x32 width=1024 depth=24 heads=16
    vit_large_patch32_384 VisionTransformer patch=32x32 width=1024 depth=24 heads=16
    vit_large_r50_s32_224 VisionTransformer patch=1x1 width=1024 depth=24 heads=16 embedding=HybridEmbed
    vit_large_r50_s32_384 VisionTransformer patch=1x1 width=1024 depth=24 heads=16 embedding=HybridEmbed
    vit_little_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=320 depth=14 heads=5 positions=patches pool=avg
    vit_little_patch16_reg4_gap_256 VisionTransformer patch=16x16 width=320 depth=14 heads=5 positions=patches pool=avg
    vit_medium_patch16_clip_224 VisionTransformer patch=16x16 width=512 depth=12 heads=8 norm=LayerNorm:1e-05
    vit_medium_patch16_gap_240 VisionTransformer patch=16x16 width=512 depth=12 heads=8 pool=avg
    vit_medium_patch16_gap_256 VisionTransformer patch=16x16 width=512 depth=12 heads=8 pool=avg
    vit_medium_patch16_gap_384 VisionTransformer patch=16x16 width=512 depth=12 heads=8 pool=avg
    vit_medium_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=512 depth=12 heads=8 positions=patches pool=avg
    vit_medium_patch16_reg4_gap_256 VisionTransformer patch=16x16 width=512 depth=12 heads=8 positions=patches pool=avg
    vit_medium_patch16_rope_reg1_gap_256 Eva patch=16x16 width=512 depth=12 heads=8 positions=none rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention
    vit_medium_patch32_clip_224 VisionTransformer patch=32x32 width=512 depth=12 heads=8 norm=LayerNorm:1e-05
    vit_mediumd_patch16_reg4_gap_256 VisionTransformer patch=16x16 width=512 depth=20 heads=8 positions=patches pool=avg
    vit_mediumd_patch16_reg4_gap_384 VisionTransformer patch=16x16 width=512 depth=20 heads=8 positions=patches pool=avg
    vit_mediumd_patch16_rope_reg1_gap_256 Eva patch=16x16 width=512 depth=20 heads=8 positions=none rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:ij,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:16x16,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention
    vit_pe_core_base_patch16_224 Eva patch=16x16 width=768 depth=12 heads=12 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:14x14,normalize_coords:separate pool=map pool_includes_prefix=yes block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 pool_heads=8
    vit_pe_core_gigantic_patch14_448 Eva patch=14x14 width=1536 depth=50 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=map pool_includes_prefix=yes block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 pool_heads=8
    vit_pe_core_large_patch14_336 Eva patch=14x14 width=1024 depth=24 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:24x24,normalize_coords:separate pool=map pool_includes_prefix=yes block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 pool_heads=8
    vit_pe_core_small_patch16_384 Eva patch=16x16 width=384 depth=12 heads=6 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:24x24,normalize_coords:separate pool=map pool_includes_prefix=yes block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 pool_heads=8
    vit_pe_core_tiny_patch16_384 Eva patch=16x16 width=192 depth=12 heads=3 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:24x24,normalize_coords:separate pool=map pool_includes_prefix=yes block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 pool_heads=8
    vit_pe_lang_gigantic_patch14_448 Eva patch=14x14 width=1536 depth=47 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pe_lang_large_patch14_448 Eva patch=14x14 width=1024 depth=23 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pe_spatial_base_patch16_512 Eva patch=16x16 width=768 depth=12 heads=12 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pe_spatial_gigantic_patch14_448 Eva patch=14x14 width=1536 depth=50 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pe_spatial_large_patch14_448 Eva patch=14x14 width=1024 depth=24 heads=16 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pe_spatial_small_patch16_512 Eva patch=16x16 width=384 depth=12 heads=6 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pe_spatial_tiny_patch16_512 Eva patch=16x16 width=192 depth=12 heads=3 rope=class:RotaryEmbeddingCat,temperature:10000.0,grid_offset:1.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,ref_feat_shape:32x32,normalize_coords:separate pool=avg block=EvaBlock attention=AttentionRope norm=LayerNorm:1e-05 last_norm=no
    vit_pwee_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=256 depth=16 heads=4 positions=patches pool=avg block=ParallelScalingBlock
    vit_relpos_base_patch16_224 VisionTransformerRelPos patch=16x16 width=768 depth=12 heads=12 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_relpos_base_patch16_cls_224 VisionTransformerRelPos patch=16x16 width=768 depth=12 heads=12 positions=none block=RelPosBlock attention=RelPosAttention
    vit_relpos_base_patch16_clsgap_224 VisionTransformerRelPos patch=16x16 width=768 depth=12 heads=12 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_relpos_base_patch16_plus_240 VisionTransformerRelPos patch=16x16 width=896 depth=12 heads=14 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_relpos_base_patch16_rpn_224 VisionTransformerRelPos patch=16x16 width=768 depth=12 heads=12 positions=none pool=avg block=ResPostRelPosBlock attention=RelPosAttention
    vit_relpos_base_patch32_plus_rpn_256 VisionTransformerRelPos patch=32x32 width=896 depth=12 heads=14 positions=none pool=avg block=ResPostRelPosBlock attention=RelPosAttention
    vit_relpos_medium_patch16_224 VisionTransformerRelPos patch=16x16 width=512 depth=12 heads=8 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_relpos_medium_patch16_cls_224 VisionTransformerRelPos patch=16x16 width=512 depth=12 heads=8 positions=none block=RelPosBlock attention=RelPosAttention
    vit_relpos_medium_patch16_rpn_224 VisionTransformerRelPos patch=16x16 width=512 depth=12 heads=8 positions=none pool=avg block=ResPostRelPosBlock attention=RelPosAttention
    vit_relpos_small_patch16_224 VisionTransformerRelPos patch=16x16 width=384 depth=12 heads=6 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_relpos_small_patch16_rpn_224 VisionTransformerRelPos patch=16x16 width=384 depth=12 heads=6 positions=none pool=avg block=ResPostRelPosBlock attention=RelPosAttention
    vit_small_patch8_224 VisionTransformer patch=8x8 width=384 depth=12 heads=6
    vit_small_patch14_dinov2 VisionTransformer patch=14x14 width=384 depth=12 heads=6
    vit_small_patch14_reg4_dinov2 VisionTransformer patch=14x14 width=384 depth=12 heads=6 positions=patches
    vit_small_patch16_18x2_224 VisionTransformer patch=16x16 width=384 depth=18 heads=None block=ParallelThingsBlock attention=None mlp=None activation=None norm=None
    vit_small_patch16_36x1_224 VisionTransformer patch=16x16 width=384 depth=36 heads=6
    vit_small_patch16_224 VisionTransformer patch=16x16 width=384 depth=12 heads=6
    vit_small_patch16_384 VisionTransformer patch=16x16 width=384 depth=12 heads=6
    vit_small_patch16_dinov3 Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_small_patch16_dinov3_qkvb Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_small_patch16_lingbot Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_small_patch16_rope_224 Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingCat,temperature:100.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,normalize_coords:separate block=EvaBlock attention=AttentionRope
    vit_small_patch16_rope_ape_224 Eva patch=16x16 width=384 depth=12 heads=6 positions=patches rope=class:RotaryEmbeddingCat,temperature:100.0,grid_offset:0.0,grid_indexing:xy,rotate_half:no,in_pixels:no,max_res:224,linear_bands:no,normalize_coords:separate block=EvaBlock attention=AttentionRope
    vit_small_patch16_rope_mixed_224 Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingMixed,temperature:10.0,grid_indexing:xy block=EvaBlock attention=AttentionRope
    vit_small_patch16_rope_mixed_ape_224 Eva patch=16x16 width=384 depth=12 heads=6 positions=patches rope=class:RotaryEmbeddingMixed,temperature:10.0,grid_indexing:xy block=EvaBlock attention=AttentionRope
    vit_small_patch32_224 VisionTransformer patch=32x32 width=384 depth=12 heads=6
    vit_small_patch32_384 VisionTransformer patch=32x32 width=384 depth=12 heads=6
    vit_small_plus_patch16_dinov3 Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU norm=LayerNorm:1e-05
    vit_small_plus_patch16_dinov3_qkvb Eva patch=16x16 width=384 depth=12 heads=6 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention mlp=SwiGLU activation=SiLU norm=LayerNorm:1e-05
    vit_small_r26_s32_224 VisionTransformer patch=1x1 width=384 depth=12 heads=6 embedding=HybridEmbed
    vit_small_r26_s32_384 VisionTransformer patch=1x1 width=384 depth=12 heads=6 embedding=HybridEmbed
    vit_small_resnet26d_224 VisionTransformer patch=1x1 width=768 depth=8 heads=8 embedding=HybridEmbed
    vit_small_resnet50d_s16_224 VisionTransformer patch=1x1 width=768 depth=8 heads=8 embedding=HybridEmbed
    vit_so150m2_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=832 depth=21 heads=13 pool=avg
    vit_so150m2_patch16_reg1_gap_384 VisionTransformer patch=16x16 width=832 depth=21 heads=13 pool=avg
    vit_so150m2_patch16_reg1_gap_448 VisionTransformer patch=16x16 width=832 depth=21 heads=13 pool=avg
    vit_so150m_patch16_reg4_gap_256 VisionTransformer patch=16x16 width=896 depth=18 heads=14 pool=avg
    vit_so150m_patch16_reg4_gap_384 VisionTransformer patch=16x16 width=896 depth=18 heads=14 pool=avg
    vit_so150m_patch16_reg4_map_256 VisionTransformer patch=16x16 width=896 depth=18 heads=14 pool=map
    vit_so400m_patch14_reg1_tipsv2 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 positions=patches
    vit_so400m_patch14_siglip_224 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=map
    vit_so400m_patch14_siglip_378 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=map
    vit_so400m_patch14_siglip_384 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=map
    vit_so400m_patch14_siglip_gap_224 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=avg
    vit_so400m_patch14_siglip_gap_378 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=avg
    vit_so400m_patch14_siglip_gap_384 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=avg
    vit_so400m_patch14_siglip_gap_448 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=avg
    vit_so400m_patch14_siglip_gap_896 VisionTransformer patch=14x14 width=1152 depth=27 heads=16 pool=avg
    vit_so400m_patch16_radio_v4 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 positions=patches last_norm=no interpolation=bilinear
    vit_so400m_patch16_siglip_256 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 pool=map activation=GELUTanh
    vit_so400m_patch16_siglip_384 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 pool=map activation=GELUTanh
    vit_so400m_patch16_siglip_512 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 pool=map activation=GELUTanh
    vit_so400m_patch16_siglip_gap_256 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 pool=avg activation=GELUTanh
    vit_so400m_patch16_siglip_gap_384 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 pool=avg activation=GELUTanh
    vit_so400m_patch16_siglip_gap_512 VisionTransformer patch=16x16 width=1152 depth=27 heads=16 pool=avg activation=GELUTanh
    vit_srelpos_medium_patch16_224 VisionTransformerRelPos patch=16x16 width=512 depth=12 heads=8 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_srelpos_small_patch16_224 VisionTransformerRelPos patch=16x16 width=384 depth=12 heads=6 positions=none pool=avg block=RelPosBlock attention=RelPosAttention
    vit_tiny_patch16_224 VisionTransformer patch=16x16 width=192 depth=12 heads=3
    vit_tiny_patch16_384 VisionTransformer patch=16x16 width=192 depth=12 heads=3
    vit_tiny_patch16_dinov3_qkvb Eva patch=16x16 width=192 depth=12 heads=3 positions=none rope=class:RotaryEmbeddingDinoV3,temperature:100.0,grid_offset:0.0,grid_indexing:ij,rotate_half:yes,normalize_coords:separate pool=avg block=EvaBlock attention=EvaAttention norm=LayerNorm:1e-05
    vit_tiny_r_s16_p8_224 VisionTransformer patch=8x8 width=192 depth=12 heads=3 embedding=HybridEmbed
    vit_tiny_r_s16_p8_384 VisionTransformer patch=8x8 width=192 depth=12 heads=3 embedding=HybridEmbed
    vit_wee_patch16_reg1_gap_256 VisionTransformer patch=16x16 width=256 depth=14 heads=4 positions=patches pool=avg
    vit_xsmall_patch16_clip_224 VisionTransformer patch=16x16 width=256 depth=10 heads=4 norm=LayerNorm:1e-05
    vitamin_base_224 VisionTransformer patch=1x1 width=768 depth=14 heads=12 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large2_224 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large2_256 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large2_336 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large2_384 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large_224 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large_256 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large_336 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_large_384 VisionTransformer patch=1x1 width=1024 depth=31 heads=16 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_small_224 VisionTransformer patch=1x1 width=384 depth=14 heads=6 embedding=HybridEmbed pool=avg mlp=GeGluMlp
    vitamin_xlarge_256 VisionTransformer patch=1x1 width=1152 depth=32 heads=16 embedding=HybridEmbed positions=none pool=avg mlp=GeGluMlp
    vitamin_xlarge_336 VisionTransformer patch=1x1 width=1152 depth=32 heads=16 embedding=HybridEmbed positions=none pool=avg mlp=GeGluMlp
    vitamin_xlarge_384 VisionTransformer patch=1x1 width=1152 depth=32 heads=16 embedding=HybridEmbed positions=none pool=avg mlp=GeGluMlp
    """
}
