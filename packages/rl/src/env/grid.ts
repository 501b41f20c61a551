import { RangeError } from '@portolan/core'
import { clear, disc, label, rectangle, type Mark, type Scene } from '../draw/scene.ts'

/** Rows of single letters, all of one length. */
export type GridMap = readonly string[]

/** The letters of a map, row by row. @throws RangeError if a row has another length or a letter is unknown. */
export function readMap(name: string, map: GridMap, letters: string): { rows: number; columns: number; cells: readonly string[] } {
  const columns = map[0]?.length ?? 0
  const row = map.findIndex(r => r.length !== columns || r.split('').some(c => !letters.includes(c)))
  if (!columns || row >= 0)
    throw new RangeError(
      `${name}: a map must have rows of one length made of ${letters.split('').join(' ')}, got "${map[row] ?? ''}" in row ${row}.`,
    )
  return { rows: map.length, columns, cells: map.join('').split('') }
}

/** The cell beside a cell, or itself at the border. */
export function beside(at: number, rows: number, columns: number, [down, right]: readonly [number, number]): number {
  const [r, c] = [Math.floor(at / columns) + down, (at % columns) + right]
  return r < 0 || r >= rows || c < 0 || c >= columns ? at : r * columns + c
}

const side = 48

/** Squares of 48 pixels, with a disc where the agent is, and further marks. */
export function drawGrid(
  rows: number,
  columns: number,
  colorOf: (cell: number) => string,
  agent?: number,
  marks: readonly Mark[] = [],
): Scene {
  const squares = Array.from({ length: rows * columns }, (_, i) => {
    const [x, y] = [(i % columns) * side, Math.floor(i / columns) * side]
    return rectangle(x + 1, y + 1, side - 2, side - 2, colorOf(i))
  })
  const frame = rectangle(0, 0, columns * side, rows * side, '#c9c9c9')
  const body = agent === undefined ? [] : [disc(...middle(agent, columns), 0.28 * side, '#d55e00')]
  return { ...clear(columns * side, rows * side), marks: [frame, ...squares, ...marks, ...body] }
}

/** The middle of a cell. */
export const middle = (cell: number, columns: number): [x: number, y: number] => [
  ((cell % columns) + 0.5) * side,
  (Math.floor(cell / columns) + 0.5) * side,
]
export const note = (cell: number, columns: number, text: string, color = '#555555'): Mark =>
  label(...middle(cell, columns), text, 16, color)
