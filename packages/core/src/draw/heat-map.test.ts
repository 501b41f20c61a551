import { describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.ts'
import { heatMap } from './heat-map.ts'

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(m => m[1]!)
const cells = (svg: string) =>
  [...svg.matchAll(/<path d="M(\d+),(\d+)h32v32h-32Z" fill="([^"]+)"/g)].map(m => ({ x: Number(m[1]), y: Number(m[2]), fill: m[3]! }))

describe('heatMap', () => {
  it('shades by value, row by row, from 0 to the largest', async () => {
    const svg = await heatMap([[0, 0.5, 1], [1, 0, 0]], { rows: ['ein', 'Hund'], columns: ['a', 'big', 'dog'], title: 'Looks' }) // prettier-ignore
    const drawn = cells(svg)
    expect(drawn.map(c => [c.x, c.y])).toEqual([[0, 0], [32, 0], [64, 0], [0, 32], [32, 32], [64, 32]]) // prettier-ignore
    const [light, half, dark] = ['rgb(243, 247, 251)', 'rgb(90, 162, 207)', 'rgb(8, 81, 156)']
    expect(drawn.map(c => c.fill)).toEqual([light, half, dark, dark, light, light])
    expect(texts(svg)).toEqual(expect.arrayContaining(['ein', 'Hund', 'a', 'big', 'dog', 'Looks']))
  })
  it('begins at the least where numbers are below 0', async () => {
    expect(cells(await heatMap([[-1, 1]])).map(c => c.fill)).toEqual(['rgb(243, 247, 251)', 'rgb(8, 81, 156)'])
  })
  it('refuses what is no table', async () => {
    await expect(heatMap([[1, 2], [3]])).rejects.toThrow(new ShapeError('heatMap: there must be rows of one length, got lengths [2,1].'))
    await expect(heatMap([])).rejects.toThrow(ShapeError)
    await expect(heatMap([[1]], { columns: ['a', 'b'] })).rejects.toThrow('heatMap: 1 columns need 1 labels, got 2.')
  })
})
