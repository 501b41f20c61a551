import { describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.ts'
import { ConfusionMatrix } from '../metric/classification.ts'
import { confusionPicture } from './confusion-picture.ts'

const matrix = new ConfusionMatrix(2)
matrix.add([0, 0, 0, 1, 0], [0, 0, 0, 0, 1]) // [[3, 1], [1, 0]]

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(m => m[1]!)
/** The cells in the order they are drawn: row by row. */
const cells = (svg: string) =>
  [...svg.matchAll(/<path d="M(\d+),(\d+)h56v56h-56Z" fill="([^"]+)"/g)].map(m => ({ x: Number(m[1]), y: Number(m[2]), fill: m[3]! }))

describe('confusionPicture', () => {
  it('has a row an expected class, and shades by its share of the row', async () => {
    const svg = await confusionPicture(matrix, { labels: ['cat', 'dog'], title: 'Pets' })
    const [catCat, catDog, dogCat, dogDog] = cells(svg)
    expect([catCat, catDog, dogCat, dogDog].map(cell => [cell!.x, cell!.y])).toEqual([[0, 0], [56, 0], [0, 56], [56, 56]]) // prettier-ignore
    expect(dogCat!.fill).toBe('rgb(8, 81, 156)') // all of the dogs
    expect(dogDog!.fill).toBe('rgb(243, 247, 251)') // none of them
    expect(new Set([catCat!.fill, catDog!.fill, dogCat!.fill, dogDog!.fill]).size).toBe(4)
    expect(texts(svg).filter(text => /^\d$/.test(text))).toEqual(['3', '1', '1', '0'])
    expect(texts(svg)).toEqual(expect.arrayContaining(['Pets', 'cat', 'dog', 'predicted', 'expected', 'share of row']))
  })

  it('leaves out counts that no longer fit, and labels that would touch', async () => {
    const many = new ConfusionMatrix(100)
    many.add([7], [7])
    const shown = texts(await confusionPicture(many)).filter(text => /^\d+$/.test(text))
    expect(shown).toEqual([...Array(50).keys(), ...Array(50).keys()].map(i => String(2 * i)))
  })

  it('wants a label a class', async () => {
    await expect(confusionPicture(matrix, { labels: ['cat'] })).rejects.toThrow(
      new ShapeError('confusionPicture: 2 classes need 2 labels, got 1.'),
    )
  })
})
