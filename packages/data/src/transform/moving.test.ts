import { HostRng, RangeError, ShapeError } from '@portolan/core'
import { describe, expect, it } from 'vitest'
import type { Fields } from '../source/array-dataset.ts'
import { affine, randomAffine, randomRotation, randomShear, randomShift, randomZoom } from './affine.ts'
import { adjustColor, colorJitter, randomGrayscale } from './color.ts'
import { compose } from './compose.ts'
import { centerCrop, crop, pad } from './crop.ts'
import { cutout } from './cutout.ts'
import { horizontalFlip, verticalFlip } from './flip.ts'
import { fromRecipe } from './from-recipe.ts'
import { mixup } from './mixup.ts'
import { normalize } from './normalize.ts'
import { randomCrop, randomResizedCrop } from './random-crop.ts'
import { letterbox, resize } from './resize.ts'
import type { SampleTransform } from './sample-transform.ts'

const [HEIGHT, WIDTH] = [40, 60]

/** One bright rectangle, marked in the mask and by the box. */
function scene(rng: HostRng): Fields {
  const [x1, y1] = [rng.integer(40), rng.integer(25)]
  const [x2, y2] = [x1 + 8 + rng.integer(12), y1 + 6 + rng.integer(9)]
  const image = new Uint8Array(3 * HEIGHT * WIDTH)
  const mask = new Int32Array(HEIGHT * WIDTH)
  for (let y = y1; y < y2; y++) {
    mask.fill(5, y * WIDTH + x1, y * WIDTH + x2)
    for (let c = 0; c < 3; c++) image.fill(255, (c * HEIGHT + y) * WIDTH + x1, (c * HEIGHT + y) * WIDTH + x2)
  }
  return {
    image: { data: image, shape: [3, HEIGHT, WIDTH] },
    mask: { data: mask, shape: [HEIGHT, WIDTH] },
    boxes: { data: Float32Array.of(x1, y1, x2, y2, 0, 0, 0, 0), shape: [2, 4] },
    classes: { data: Int32Array.of(3, -1), shape: [2] },
    label: { data: Int32Array.of(7), shape: [] },
  }
}

/** The smallest box around the pixels of the mask's class. */
function around({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): number[] | undefined {
  const box = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 5) continue
    const [x, y] = [i % shape[1]!, Math.floor(i / shape[1]!)]
    box[0] = Math.min(box[0]!, x)
    box[1] = Math.min(box[1]!, y)
    box[2] = Math.max(box[2]!, x + 1)
    box[3] = Math.max(box[3]!, y + 1)
  }
  return box[2]! > 0 ? box : undefined
}

/** How far the box may be from what is found in the mask; and, where turned boxes are cut, how much larger. */
const moving: Record<string, [transform: SampleTransform, slack: number, larger?: number]> = {
  resize: [resize([30, 90]), 1],
  'resize to fewer': [resize([17, 23]), 1],
  'shorter side': [resize(50), 1],
  letterbox: [letterbox(48), 1],
  'center crop': [centerCrop([30, 40]), 0],
  'center crop of more': [centerCrop([50, 70]), 0],
  pad: [pad({ left: 3, top: 5 }), 0],
  'random crop': [randomCrop([25, 35]), 0],
  'padded random crop': [randomCrop([40, 60], { padding: 6 }), 0],
  'random resized crop': [randomResizedCrop([32, 48], { scale: [0.3, 1] }), 1.6],
  'horizontal flip': [horizontalFlip(), 0],
  'vertical flip': [verticalFlip(), 0],
  'both flips': [compose(horizontalFlip({ p: 0.5 }), verticalFlip({ p: 0.5 })), 0],
  rotation: [randomRotation(40, { fill: 'constant' }), 1.5],
  shift: [randomShift([0.2, 0.1]), 1],
  shear: [randomShear([15, 8]), 1.5],
  zoom: [randomZoom([0.6, 1.5]), 1.6],
  everything: [
    compose(
      randomAffine({ rotate: 20, shift: 0.1, shear: 5, zoom: 0.2 }),
      randomCrop([32, 44]),
      resize([64, 64]),
      horizontalFlip({ p: 0.5 }),
    ),
    3,
    16,
  ],
}

describe('boxes and masks', () => {
  it.each(Object.entries(moving))('move with the picture: %s', (_, [transform, slack, larger = slack]) => {
    let seen = 0
    const gone = [0]
    for (let i = 0; i < 60; i++) {
      const rng = new HostRng(i)
      const before = scene(rng)
      const after = transform(before, rng)
      const found = around(after.mask!)
      expect(after.image!.shape.slice(1)).toEqual(after.mask!.shape)
      expect(after.label).toBe(before.label)
      expect(after.boxes!.shape[0]).toBe(after.classes!.shape[0])
      const row = after.classes!.data.indexOf(3)
      if (row < 0) {
        // What is left of the rectangle, if anything, is less than the slack wide or high.
        gone.push(found ? Math.min(found[2]! - found[0]!, found[3]! - found[1]!) - slack : 0)
        continue
      }
      if (!found) continue
      seen++
      const box = after.boxes!.data.subarray(4 * row, 4 * row + 4)
      const outside = found.map((v, k) => (k < 2 ? box[k]! - v : v - box[k]!))
      expect(Math.max(...outside), `${found} in ${box}`).toBeLessThanOrEqual(slack)
      expect(Math.min(...outside), `${found} in ${box}`).toBeGreaterThanOrEqual(-larger)
      // Where the mask has the class, the picture is bright.
      const plane = after.mask!.data.length
      let differ = 0
      for (let p = 0; p < plane; p++) differ += Number(after.mask!.data[p] === 5) ^ Number(after.image!.data[p]! >= 128)
      const edge = 2 * (found[2]! - found[0]! + found[3]! - found[1]!)
      expect(differ).toBeLessThanOrEqual(slack * edge)
    }
    expect(seen).toBeGreaterThan(30)
    expect(Math.max(...gone)).toBeLessThanOrEqual(1)
  })

  it('keep what was given and follow the seed alone', () => {
    for (const [name, [transform]] of Object.entries(moving)) {
      const sample = scene(new HostRng(3))
      const again = transform(sample, new HostRng(5))
      expect(sample, name).toEqual(scene(new HostRng(3)))
      for (const field of ['image', 'mask', 'boxes', 'classes'] as const)
        expect([...transform(sample, new HostRng(5))[field]!.data]).toEqual([...again[field]!.data])
    }
  })

  it('leave out boxes of which too little is visible', () => {
    const sample: Fields = {
      image: { data: new Uint8Array(100), shape: [1, 10, 10] },
      boxes: { data: Float32Array.of(0, 0, 4, 4, 3, 3, 7, 7, 9, 9, 10, 10), shape: [3, 4] },
      classes: { data: Int32Array.of(0, 1, 2), shape: [3] },
      difficult: { data: Int32Array.of(1, 0, 1), shape: [3] },
    }
    const window = { top: 2, left: 2, height: 6, width: 6 }
    const all = crop(window)(sample, new HostRng(0))
    expect([[...all.boxes!.data], [...all.classes!.data], [...all.difficult!.data]]).toEqual([
      [0, 0, 2, 2, 1, 1, 5, 5],
      [0, 1],
      [1, 0],
    ])
    const half = crop(window, { minVisible: 0.5 })(sample, new HostRng(0))
    expect([[...half.boxes!.data], [...half.classes!.data]]).toEqual([[1, 1, 5, 5], [1]])
  })

  it('fill masks with the class that is asked for', () => {
    const moved = affine({ shift: [0.5, 0], maskValue: 11, value: 9 })(scene(new HostRng(1)), new HostRng(0))
    expect([...moved.mask!.data.subarray(0, 30)]).toEqual(Array(30).fill(11))
    expect([...moved.image!.data.subarray(0, 30)]).toEqual(Array(30).fill(9))
  })
})

describe('random transforms', () => {
  const picture: Fields = { image: { data: Uint8Array.from({ length: 3 * 30 * 40 }, (_, i) => (i * 7) % 256), shape: [3, 30, 40] } }

  it('randomResizedCrop takes shares of the area and forms as asked', () => {
    const middle = { ...picture, boxes: { data: Float32Array.of(18, 13, 22, 17), shape: [1, 4] } }
    const shares: number[] = []
    for (let i = 0; i < 300; i++) {
      const { boxes } = randomResizedCrop(64, { scale: [0.2, 0.5], ratio: [0.5, 2], minVisible: 1 })(middle, new HostRng(i))
      if (!boxes!.shape[0]) continue
      const [x1, y1, x2, y2] = boxes!.data as unknown as [number, number, number, number]
      const [width, height] = [(4 * 64) / (x2 - x1), (4 * 64) / (y2 - y1)]
      expect(width).toBeCloseTo(Math.round(width), 3)
      shares.push((width * height) / 1200)
      expect(width / height).toBeGreaterThan(0.46)
      expect(width / height).toBeLessThan(2.15)
    }
    expect(shares.length).toBeGreaterThan(100)
    expect(Math.min(...shares)).toBeGreaterThan(0.18)
    expect(Math.max(...shares)).toBeLessThan(0.53)
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.2)
  })

  it('crops lie everywhere, the corners included', () => {
    const corners = new Set<number>()
    const index: Fields = { image: { data: Uint8Array.from({ length: 16 }, (_, i) => i), shape: [1, 4, 4] } }
    for (let i = 0; i < 200; i++) corners.add(randomCrop(2)(index, new HostRng(i)).image!.data[0]!)
    expect([...corners].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10])
  })

  it('flips about as often as asked', () => {
    let flipped = 0
    for (let i = 0; i < 400; i++) flipped += Number(horizontalFlip({ p: 0.25 })(picture, new HostRng(i)) !== picture)
    expect(flipped).toBeGreaterThan(70)
    expect(flipped).toBeLessThan(130)
    expect(horizontalFlip({ p: 0 })(picture, new HostRng(1))).toBe(picture)
  })
  it('takes colours away about as often as asked', () => {
    let grey = 0
    for (let i = 0; i < 400; i++) grey += Number(randomGrayscale({ p: 0.25 })(picture, new HostRng(i)) !== picture)
    expect(grey).toBeGreaterThan(70)
    expect(grey).toBeLessThan(130)
    expect(() => randomGrayscale({ p: -1 })).toThrow(/randomGrayscale: p must be between 0 and 1/)
  })

  it('colorJitter is adjustColor in some order', () => {
    const rng = new HostRng(4)
    const jittered = colorJitter({ brightness: 0.4, hue: [0.1, 0.2] })(picture, rng)
    const draws = new HostRng(4)
    const brightness = 0.6 + 0.8 * draws.uniform()
    const hue = 0.1 + 0.1 * draws.uniform()
    const steps = [adjustColor({ brightness }), adjustColor({ hue })]
    const order = [...draws.permutation(2)]
    const expected = order.reduce((s, i) => steps[i]!(s, rng), picture)
    expect([...jittered.image!.data]).toEqual([...expected.image!.data])
    expect([...jittered.image!.data]).not.toEqual([...picture.image!.data])
  })

  it('cutout covers windows around any pixel, cut off at the border', () => {
    let least = Infinity
    for (let i = 0; i < 1000; i++) {
      const ones: Fields = { image: { data: new Uint8Array(2 * 10 * 10).fill(1), shape: [2, 10, 10] } }
      const { data } = cutout(4, { value: [0, 9] })(ones, new HostRng(i)).image!
      const holes = [0, 1].map(c => data.subarray(c * 100, c * 100 + 100).filter(v => v === (c ? 9 : 0)).length)
      expect(holes[0]).toBe(holes[1])
      expect(holes[0]).toBeLessThanOrEqual(16)
      least = Math.min(least, holes[0]!)
    }
    expect(least).toBe(4) // a corner
  })

  it('mixup mixes pictures and labels by one share', () => {
    const batch: Fields = {
      image: { data: Float32Array.of(1, 1, 10, 10, 100, 100), shape: [3, 2] },
      label: { data: Int32Array.of(0, 1, 2), shape: [3] },
    }
    const shares: number[] = []
    for (let i = 0; i < 300; i++) {
      const { image, label } = mixup({ classes: 4, alpha: 0.4 })(batch, new HostRng(i)) as Record<'image' | 'label', Fields[string]>
      expect(label.shape).toEqual([3, 4])
      for (let row = 0; row < 3; row++) {
        const y = [...label.data.subarray(row * 4, row * 4 + 4)]
        expect(y.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
        expect(image.data[2 * row]! / (y[0]! + 10 * y[1]! + 100 * y[2]!)).toBeCloseTo(1, 4)
      }
      if (label.data[0]! < 1) shares.push(label.data[0]!)
    }
    // Beta(α, α) has mean 1/2 and variance 1 / (4 (2α + 1)).
    const mean = shares.reduce((a, b) => a + b) / shares.length
    const variance = shares.reduce((a, b) => a + (b - mean) ** 2, 0) / shares.length
    expect(mean).toBeCloseTo(0.5, 0)
    expect(variance).toBeGreaterThan(0.1)
    expect(variance).toBeLessThan(0.18)
  })

  it('cutout marks what it covers in masks, and leaves boxes out that are covered', () => {
    const sample: Fields = {
      image: { data: new Uint8Array(3 * 20 * 20).fill(9), shape: [3, 20, 20] },
      mask: { data: new Int32Array(400).fill(1), shape: [20, 20] },
      boxes: { data: Float32Array.of(0, 0, 20, 20, 2, 2, 4, 4, 12, 12, 18, 18), shape: [3, 4] },
      classes: { data: Int32Array.of(5, 6, 7), shape: [3] },
    }
    const gone = new Set<number>()
    for (let i = 0; i < 200; i++) {
      const { image, mask, boxes, classes } = cutout(8, { maskValue: 255, minVisible: 0.5 })(sample, new HostRng(i))
      const hidden = Array.from(image!.data.subarray(0, 400), v => v === 0)
      expect(Array.from(mask!.data, v => v === 255)).toEqual(hidden)
      const share = ([left, top, right, bottom]: number[]): number => {
        const inside = hidden.filter((_, at) => at % 20 >= left! && at % 20 < right! && at >= 20 * top! && at < 20 * bottom!)
        return inside.filter(h => !h).length / inside.length
      }
      const rows = [0, 1, 2].filter(k => share([...sample.boxes!.data.subarray(4 * k, 4 * k + 4)]) >= 0.5)
      expect([...classes!.data]).toEqual(rows.map(k => k + 5))
      expect([...boxes!.data]).toEqual(rows.flatMap(k => [...sample.boxes!.data.subarray(4 * k, 4 * k + 4)]))
      for (const k of [0, 1, 2]) if (!rows.includes(k)) gone.add(k)
    }
    expect(gone).toEqual(new Set([1, 2]))
    const kept = cutout(20)(sample, new HostRng(1))
    expect([kept.mask, kept.boxes]).toEqual([sample.mask, sample.boxes])
  })

  it('mixup keeps the boxes of both with their shares, and mixes masks by class', () => {
    const batch: Fields = {
      image: { data: Float32Array.of(1, 1, 100, 100), shape: [2, 1, 1, 2] },
      mask: { data: Int32Array.of(0, 2, 1, 9), shape: [2, 1, 2] },
      boxes: { data: Float32Array.of(1, 1, 2, 2, 0, 0, 0, 0, 3, 3, 4, 4, 5, 5, 6, 6), shape: [2, 2, 4] },
      classes: { data: Int32Array.of(0, -1, 1, 2), shape: [2, 2] },
    }
    const mixes = Array.from({ length: 40 }, (_, i) => mixup({ classes: 3, alpha: 1, ignore: 9 })(batch, new HostRng(i)))
    const swapped = mixes.find(m => m.image!.data[0]! > 1)!
    const share = (100 - swapped.image!.data[0]!) / 99
    const near = (field: Fields[string] | undefined, wanted: number[]): void =>
      wanted.forEach((v, i) => expect(field!.data[i]).toBeCloseTo(v, 5))
    expect([swapped.boxes!.shape, swapped.classes!.shape, swapped.weight!.shape, swapped.mask!.shape]).toEqual([
      [2, 4, 4],
      [2, 4],
      [2, 4],
      [2, 3, 1, 2],
    ])
    expect([...swapped.classes!.data]).toEqual([0, -1, 1, 2, 1, 2, 0, -1])
    expect([...swapped.boxes!.data.subarray(0, 16)]).toEqual([...batch.boxes!.data])
    near(swapped.weight, [share, 0, 1 - share, 1 - share, share, share, 1 - share, 0])
    near(swapped.mask, [share, 0, 1 - share, 0, 0, share, 1 - share, 0, share, 0, 0, 1 - share])
    expect(() => mixup({ classes: 3 })(batch, new HostRng(0))).toThrow(/classes in masks must be from 0 to 2, got 9/)
  })

  it('are made anew from their recipes', () => {
    const transform = compose(
      randomCrop([20, 30], { padding: 2, fill: 'reflect' }),
      randomAffine({ rotate: 10, zoom: 0.1, fill: 'nearest' }),
      colorJitter({ brightness: 0.2 }),
      cutout(3),
      letterbox(32),
      normalize({ mean: 0.5 }),
    )
    const again = fromRecipe(JSON.parse(JSON.stringify(transform.recipe)) as NonNullable<typeof transform.recipe>)
    expect(again(picture, new HostRng(2)).image!.data).toEqual(transform(picture, new HostRng(2)).image!.data)
    expect(compose(resize(8), s => s).recipe).toBeUndefined()
  })

  it('refuse what they cannot do', () => {
    const rng = new HostRng(0)
    const cases: [() => unknown, RegExp][] = [
      [() => resize(0), /resize: a size is whole pixels from 1/],
      [() => resize(8, { interpolation: 'cubic' as 'nearest' }), /interpolation must be 'nearest', 'bilinear' or 'bicubic'/],
      [() => randomCrop(50)(picture, rng), /does not fit into 30 × 40 pixels\. Resize first/],
      [() => crop({ top: 0, left: 30, height: 5, width: 11 })(picture, rng), /is not inside the picture of 30 × 40/],
      [() => horizontalFlip({ p: 2 }), /p must be between 0 and 1/],
      [() => randomResizedCrop(8, { scale: [0.5, 2] }), /scale must be an interval above 0 up to 1/],
      [() => randomAffine({ rotate: -3 }), /rotate must be a number ≥ 0 or an interval/],
      [() => randomZoom(1), /zoom must be above 0/],
      [() => randomShear(90), /shear must be between -90 and 90/],
      [() => affine({ fill: 'wrap' as 'nearest' }), /fill must be 'constant', 'nearest' or 'reflect'/],
      [() => pad(-1), /sides must be whole numbers/],
      [() => pad(1, { value: [1, 2] })(picture, rng), /value has 2 numbers \[1,2\], the picture 3 channels/],
      [() => adjustColor({ hue: 0.6 }), /hue must be between -0.5 and 0.5/],
      [() => colorJitter({ hue: [0, 0.6] }), /hue must stay within -0.5 and 0.5/],
      [() => cutout(4, { holes: 0 }), /holes must be a whole number/],
      [() => cutout(4, { maskValue: 0.5 }), /maskValue must be a class/],
      [() => cutout(4, { minVisible: 2 }), /minVisible must be/],
      [() => mixup({ classes: 10, alpha: 0 }), /alpha must be above 0/],
      [
        () =>
          mixup({ classes: 2 })({ image: { data: new Float32Array(1), shape: [1] }, label: { data: Int32Array.of(2), shape: [1] } }, rng),
        /labels must be from 0 to 1, got 2/,
      ],
    ]
    for (const [f, message] of cases) {
      expect(f).toThrow(RangeError)
      expect(f).toThrow(message)
    }
    const shapes: [() => unknown, RegExp][] = [
      [() => resize(8)({}, rng), /the sample needs an image \[c, h, w\], got only nothing/],
      [() => resize(8)({ image: { data: new Uint8Array(8), shape: [2, 1, 2, 2] } }, rng), /needs an image \[c, h, w\], got \[2,1,2,2\]/],
      [
        () => horizontalFlip()({ ...picture, mask: { data: new Int32Array(4), shape: [2, 2] } }, rng),
        /mask must be as large as the image, \[30,40\]/,
      ],
      [() => horizontalFlip()({ ...picture, boxes: { data: new Float32Array(3), shape: [1, 3] } }, rng), /boxes must be \[k, 4\]/],
      [
        () => colorJitter({ hue: 0.1 })({ image: { data: new Float32Array(3), shape: [3, 1, 1] } }, rng),
        /Change colours before normalizing/,
      ],
      [() => mixup({ classes: 2 })({ ...picture }, rng), /Apply toFloat first/],
    ]
    for (const [f, message] of shapes) {
      expect(f).toThrow(ShapeError)
      expect(f).toThrow(message)
    }
  })
})
