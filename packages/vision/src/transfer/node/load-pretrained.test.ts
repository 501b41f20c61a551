import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FormatError, PortolanError, RangeError, seed, ShapeError, uninitialized, weights, zeros, type HostTensor } from '@portolan/core'
import { readSafetensors, saveWeights, writeSafetensors } from '@portolan/core/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CifarResNet, GoogLeNet, loadPretrained, timmVisionTransformer, VisionTransformer } from '../../node.ts'

let folder: string
let file: string
const small = { width: 1 / 4, numClasses: 6 }
const source = () => {
  seed(11)
  return new CifarResNet(8, small)
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-'))
  file = join(folder, 'cifar.safetensors')
  await saveWeights(source(), file)
})
afterAll(() => rm(folder, { recursive: true }))

/** Whether two models hold the same numbers at these paths. */
const same = (a: object, b: object, paths: readonly string[]) =>
  paths.map(path => String(weights(a)[path]!.dataSync()) === String(weights(b)[path]!.dataSync()))
const blank = (numClasses = 6) => uninitialized(() => new CifarResNet(8, { ...small, numClasses }))

describe('loadPretrained', () => {
  it('puts everything into its place, and says so', async () => {
    const { model, files, loaded, fresh, left, preprocessing, labels } = await loadPretrained(blank(), file)
    expect(loaded).toEqual(Object.keys(weights(model)))
    expect(new Set(same(model, source(), loaded))).toEqual(new Set([true]))
    expect([files, fresh, left, labels]).toEqual([[file], [], [], undefined])
    expect(preprocessing).toBe(model.preprocessing)
  })

  it('leaves the head to a model of other classes', async () => {
    seed(5)
    const model = new CifarResNet(8, { ...small, numClasses: 3 })
    const before = [...weights(model)['fc.weight']!.dataSync()]
    const { loaded, fresh, left } = await loadPretrained(model, file, { head: 'new' })
    expect([fresh, left]).toEqual([
      ['fc.weight', 'fc.bias'],
      ['fc.weight', 'fc.bias'],
    ])
    expect([...weights(model)['fc.weight']!.dataSync()]).toEqual(before)
    expect(new Set(same(model, source(), loaded))).toEqual(new Set([true]))
  })

  it('leaves in the file what a model without top, or without auxiliary heads, has not', async () => {
    const bare = await loadPretrained(new CifarResNet(8, { width: 1 / 4, includeTop: false }), file)
    expect([bare.left, bare.fresh]).toEqual([['fc.weight', 'fc.bias'], []])
    const whole = join(folder, 'googlenet.safetensors')
    await saveWeights(new GoogLeNet({ width: 1 / 16, numClasses: 4 }), whole)
    const plain = await loadPretrained(new GoogLeNet({ width: 1 / 16, numClasses: 4, auxiliary: false }), whole)
    expect(new Set(plain.left.map(path => path.split('.')[0]))).toEqual(new Set(['aux1', 'aux2']))
  })

  it('says what would help, and changes nothing', async () => {
    const model = blank(3)
    const error: unknown = await loadPretrained(model, file).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ShapeError)
    expect((error as Error).message).toMatch(/cifar\.safetensors: load: .*\n  misshapen: fc\.weight is \[3,16\], got \[6,16\]/)
    expect((error as Error).message).toMatch(/The file is for 6 classes, the model for 3: pass \{ head: 'new' \}/)
    const { 'conv1.weight': first } = weights(model)
    expect(first!.dataSync().every(v => v === 0)).toBe(true)

    const wrapped = join(folder, 'wrapped.safetensors')
    const { tensors } = await readSafetensors(file)
    await writeSafetensors(wrapped, Object.fromEntries(Object.entries(tensors).map(([name, t]) => [`module.${name}`, t])))
    await expect(loadPretrained(blank(), wrapped)).rejects.toThrow(
      /names begin with module\.: pass \{ names: name => name\.replace\('module\.', ''\) \}/,
    )
    const { model: found } = await loadPretrained(blank(), wrapped, { names: name => name.replace('module.', '') })
    expect(same(found, source(), ['fc.weight'])).toEqual([true])

    await expect(loadPretrained(new CifarResNet(14, small), file)).rejects.toThrow(/missing: layer1\.1\.conv1\.weight/)
    await expect(loadPretrained(blank(), join(folder, 'x.pth'))).rejects.toThrow(/is a pickle, .*safetensors\.torch\.save_file/)
    await expect(loadPretrained(blank(), folder)).rejects.toThrow(/has neither model\.safetensors nor/)
  })

  it('reads a folder of the Hub: parts, labels, preprocessing', async () => {
    const hub = await mkdtemp(join(folder, 'hub-'))
    const { tensors } = await readSafetensors(file)
    const names = Object.keys(tensors)
    const part = (some: string[]): Record<string, HostTensor> => Object.fromEntries(some.map(name => [name, tensors[name]!]))
    const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    await writeSafetensors(join(hub, files[0]!), part(names.slice(0, 9)))
    await writeSafetensors(join(hub, files[1]!), part(names.slice(9)))
    const index = (map: unknown) => writeFile(join(hub, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
    await index(Object.fromEntries(names.map((name, i) => [name, files[i < 9 ? 0 : 1]])))
    const pretrained_cfg = { input_size: [3, 32, 32], crop_pct: 0.875, interpolation: 'bicubic', mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }
    const label_names = ['a', 'b', 'c', 'd', 'e', 'f']
    await writeFile(join(hub, 'config.json'), JSON.stringify({ architecture: 'x', num_classes: 6, label_names, pretrained_cfg }))
    const { model, labels, preprocessing } = await loadPretrained(blank(), hub)
    expect(same(model, source(), ['fc.weight', 'conv1.weight'])).toEqual([true, true])
    expect(labels).toEqual(label_names)
    expect(preprocessing).toEqual({ resize: 36, crop: 32, interpolation: 'bicubic', mean: [0.1, 0.2, 0.3], std: [1, 2, 3] })

    await writeFile(join(hub, 'config.json'), '{ "id2label": { "0": "cat", "1": "dog", "10": "eel", "2": "fox" } }')
    expect((await loadPretrained(blank(), hub)).labels).toEqual(['cat', 'dog', 'fox', 'eel'])
    for (const [text, message] of [
      ['{', /config\.json: is no JSON/],
      ['[]', /must hold an object/],
      ['{"num_classes":"6"}', /num_classes must be/],
      ['{"pretrained_cfg":{"mean":1}}', /pretrained_cfg\.mean must be numbers/],
    ] as const) {
      await writeFile(join(hub, 'config.json'), text)
      await expect(loadPretrained(blank(), hub)).rejects.toThrow(message)
    }
    for (const map of [{ a: '../other.safetensors' }, { a: 7 }, {}, undefined]) {
      await index(map)
      await expect(loadPretrained(blank(), hub)).rejects.toThrow(FormatError)
    }
  })

  it('fetches an address once, with its checksum', async () => {
    const content = await readFile(file)
    let requests = 0
    const server = createServer((_, response) => (requests++, response.end(content)))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net.safetensors`
      const options = { sha256: createHash('sha256').update(content).digest('hex'), folder: join(folder, 'cache'), fetch }
      for (let i = 0; i < 2; i++) expect(same((await loadPretrained(blank(), url, options)).model, source(), ['fc.bias'])).toEqual([true])
      expect(requests).toBe(1)
      await expect(loadPretrained(blank(), url)).rejects.toThrow(RangeError)
    } finally {
      server.close()
    }
  })

  it("knows timm's names of a Vision Transformer", async () => {
    const make = () => new VisionTransformer('b_16', { imageSize: 8, patchSize: 4, layers: 2, heads: 2, dim: 8, mlpDim: 12, numClasses: 3 })
    const theirs = (name: string) =>
      name
        .replace('class_token', 'cls_token')
        .replace('encoder.pos_embedding', 'pos_embed')
        .replace('conv_proj', 'patch_embed.proj')
        .replace('encoder.ln', 'norm')
        .replace('heads.head', 'head')
        .replace(/encoder\.layers\.encoder_layer_(\d)/, 'blocks.$1')
        .replace('ln_1', 'norm1')
        .replace('ln_2', 'norm2')
        .replace('self_attention.in_proj_', 'attn.qkv.')
        .replace('self_attention.out_proj', 'attn.proj')
        .replace('mlp.0', 'mlp.fc1')
        .replace('mlp.3', 'mlp.fc2')
    const from = make()
    const timm = join(folder, 'timm.safetensors')
    await saveWeights(from, join(folder, 'vit.safetensors'))
    const { tensors } = await readSafetensors(join(folder, 'vit.safetensors'))
    await writeSafetensors(timm, Object.fromEntries(Object.entries(tensors).map(([name, t]) => [theirs(name), t])))
    await expect(loadPretrained(make(), timm)).rejects.toThrow(/of timm: pass \{ names: timmVisionTransformer \}/)
    const { model, loaded } = await loadPretrained(uninitialized(make), timm, { names: timmVisionTransformer })
    expect(new Set(same(model, from, loaded))).toEqual(new Set([true]))
    expect(model.forward(zeros([1, 3, 8, 8])).shape).toEqual([1, 3])
  })

  it('does not take what is damaged', async () => {
    const broken = join(folder, 'broken.safetensors')
    await writeFile(broken, (await readFile(file)).subarray(0, 500))
    const error: unknown = await loadPretrained(blank(), broken).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(FormatError)
    expect(error).toBeInstanceOf(PortolanError)
    expect((error as Error).message).toContain('broken.safetensors')
  })
})
