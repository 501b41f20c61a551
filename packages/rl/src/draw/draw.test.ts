import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RangeError } from '@portolan/core'
import { svgToPng } from '@portolan/core/node'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cartPole } from '../env/cart-pole.ts'
import { frozenLake } from '../env/frozen-lake.ts'
import { mountainCar } from '../env/mountain-car.ts'
import { pendulum } from '../env/pendulum.ts'
import { ticTacToe } from '../env/tic-tac-toe.ts'
import { drawScene, type Canvas } from './draw-scene.ts'
import { saveAnimation } from './save-animation.ts'
import { sceneToSvg } from './scene-to-svg.ts'
import { clear, disc, label, rectangle, stroke, type Scene } from './scene.ts'

const scene: Scene = {
  ...clear(60, 40),
  marks: [rectangle(0, 0, 20, 40, '#0072b2'), disc(40, 20, 10, '#d55e00'), stroke([[20, 0], [60, 0]], '#009e73', 4), label(40, 20, '<', 10)], // prettier-ignore
}

/** Colours of a PNG at places. */
async function colors(png: Uint8Array, places: readonly (readonly [number, number])[]): Promise<string[]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
  return places.map(
    ([x, y]) =>
      `#${data
        .subarray((y * info.width + x) * info.channels)
        .subarray(0, 3)
        .toString('hex')}`,
  )
}

describe('a drawing', () => {
  it('is SVG that shows what it says', async () => {
    const png = await svgToPng(sceneToSvg(scene), { scale: 1 })
    expect(await colors(png, [[5, 5], [40, 13], [30, 0], [58, 35]])).toEqual(['#0072b2', '#d55e00', '#009e73', '#ffffff']) // prettier-ignore
  })
  it('goes on a canvas in the same order', () => {
    const calls: string[] = []
    const canvas = new Proxy({} as Record<string, unknown>, {
      get: (target, name: string) =>
        target[name] ??
        ((...args: unknown[]) =>
          calls.push(`${name}(${args.map(a => (typeof a === 'number' ? Math.round(a * 10) / 10 : String(a))).join()})`)),
      set: (target, name: string, value) => (calls.push(`${name}=${String(value)}`), (target[name] = value), true),
    })
    drawScene(canvas as unknown as Canvas, scene, { scale: 2 })
    expect(calls.join(' ')).toBe(
      'save() scale(2,2) fillStyle=#ffffff fillRect(0,0,60,40) ' +
        'fillStyle=#0072b2 beginPath() moveTo(0,0) lineTo(20,0) lineTo(20,40) lineTo(0,40) closePath() fill() ' +
        'fillStyle=#d55e00 beginPath() arc(40,20,10,0,6.3) fill() ' +
        'beginPath() moveTo(20,0) lineTo(60,0) strokeStyle=#009e73 lineWidth=4 lineCap=round stroke() ' +
        'fillStyle=#000000 font=10px Inter, sans-serif textAlign=center textBaseline=middle fillText(<,40,20) restore()',
    )
  })
  it('of each environment is where its state is', async () => {
    const pole = cartPole()
    pole.reset()
    pole.restore({ steps: 0, env: { ...(pole.state()['env'] as object), now: [1.2, 0, 0, 0] } })
    const car = mountainCar()
    car.reset()
    const swing = pendulum()
    swing.reset()
    swing.restore({ steps: 0, env: { ...(swing.state()['env'] as object), now: [Math.PI / 2, 0, 0] } })
    const lake = frozenLake()
    lake.reset()
    const at = async (drawn: Scene, ...places: [number, number][]): Promise<string[]> =>
      colors(await svgToPng(sceneToSvg(drawn), { scale: 1 }), places)
    expect(await at(pole.draw(), [440, 310], [450, 200], [300, 310])).toEqual(['#000000', '#ca9865', '#ffffff']) // a quarter to the right, upright
    expect(await at(swing.draw(), [140, 200], [200, 100])).toEqual(['#cc4d4d', '#ffffff']) // angles count against the clock
    expect(await at(lake.draw(), [24, 24], [72, 72 + 16])).toEqual(['#d55e00', '#2b5d83'])
    expect(sceneToSvg(car.draw())).toMatch(/^<svg .*<\/svg>$/)
    expect(await at(ticTacToe.draw(ticTacToe.play(ticTacToe.play(ticTacToe.start(), 0), 4)), [50, 50], [150, 122], [150, 150])).toEqual(['#0072b2', '#d55e00', '#ffffff']) // prettier-ignore
  })
})

describe('saveAnimation', () => {
  let folder = ''
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'portolan-'))))
  afterEach(() => rm(folder, { recursive: true }))

  it('writes every drawing into a GIF', async () => {
    const moving = [0, 20, 40].map(x => ({ ...clear(60, 40), marks: [rectangle(x, 0, 20, 40, '#0072b2')] }))
    const file = join(folder, 'a.gif')
    await saveAnimation(file, moving, { delay: 50 })
    const { pages, delay, width, pageHeight } = await sharp(await readFile(file), { animated: true }).metadata()
    expect({ pages, delay, width, pageHeight }).toEqual({ pages: 3, delay: [50, 50, 50], width: 60, pageHeight: 40 })
    await saveAnimation(file, [moving[0]!])
    expect((await sharp(await readFile(file)).metadata()).format).toBe('gif')
  })
  it('refuses another ending, and nothing', async () => {
    await expect(saveAnimation(join(folder, 'a.png'), [clear(1, 1)])).rejects.toThrow(RangeError)
    await expect(saveAnimation(join(folder, 'a.gif'), [])).rejects.toThrow(/at least one/)
  })
})
