/**
 * Names of a Vision Transformer of timm, as most are published on the Hugging Face Hub, under torchvision's.
 * @example
 * await loadPretrained(new VisionTransformer('b_16'), 'vit_base_patch16_224', { names: timmVisionTransformer })
 */
export function timmVisionTransformer(name: string): string {
  const [, i, part = ''] = /^blocks\.(\d+)\.(.*)$/.exec(name) ?? []
  if (i !== undefined) {
    const inner = part
      .replace(/^norm1/, 'ln_1')
      .replace(/^norm2/, 'ln_2')
      .replace(/^attn\.qkv\./, 'self_attention.in_proj_')
      .replace(/^attn\.proj/, 'self_attention.out_proj')
      .replace(/^mlp\.fc1/, 'mlp.0')
      .replace(/^mlp\.fc2/, 'mlp.3')
    return `encoder.layers.encoder_layer_${i}.${inner}`
  }
  return name
    .replace(/^cls_token$/, 'class_token')
    .replace(/^pos_embed$/, 'encoder.pos_embedding')
    .replace(/^patch_embed\.proj/, 'conv_proj')
    .replace(/^norm\./, 'encoder.ln.')
    .replace(/^head\./, 'heads.head.')
}
