import { cartPole, frozenLake, learningCurve, QLearning, sceneToSvg, ticTacToe, valueIteration, type Scene } from '@portolan/rl'
import { colors, el, faint, path, svg, text } from './svg.ts'

const lake = 'SFFFFHFHFFFHHFFG'
const ways = [[-1, 0], [0, 1], [1, 0], [0, -1]] as const // prettier-ignore

/** What each cell of the lake is worth, and where to go from it, as value iteration finds them. */
export function lakePicture(): string {
  const { values, policy } = valueIteration(frozenLake(), { discount: 0.99 })
  const cell = 84
  const cells = Array.from(values, (value, i) => {
    const [x, y] = [12 + (i % 4) * cell, 12 + Math.floor(i / 4) * cell]
    const kind = lake[i]!
    const fill = kind === 'H' ? '#2b5d83' : kind === 'G' ? '#0b7a57' : `hsl(200 70% ${97 - 42 * value}%)`
    const [dx, dy] = ways[policy[i]!]!
    const [cx, cy] = [x + cell / 2, y + cell / 2 - 10]
    const tip = [cx + 16 * dx, cy + 16 * dy] as const
    const side = (by: number) => [tip[0] - 8 * dx - by * dy, tip[1] - 8 * dy + by * dx] as const
    return [
      el('rect', { x, y, width: cell, height: cell, fill, stroke: '#fff', 'stroke-width': 2 }),
      ...('HG'.includes(kind)
        ? [text(cx, y + cell / 2 + 6, kind === 'H' ? 'hole' : 'goal', { 'text-anchor': 'middle', fill: '#fff', 'font-size': 15 })]
        : [
            path([[cx - 16 * dx, cy - 16 * dy], tip], { stroke: '#1f2933', 'stroke-width': 2.5 }),
            path([side(6), tip, side(-6)], { stroke: '#1f2933', 'stroke-width': 2.5 }),
            text(cx, y + cell - 14, value.toFixed(2), { 'text-anchor': 'middle', 'font-size': 15 }),
            ...(kind === 'S' ? [text(x + 8, y + 18, 'start', { fill: faint, 'font-size': 12 })] : []),
          ]),
    ].join('')
  })
  return svg(4 * cell + 24, 4 * cell + 24, 'What each cell of the frozen lake is worth, and the best move from it', cells)
}

/** How often walks arrive while Q-learning learns, for three seeds. */
export function lakeCurve(): string {
  const runs = [1, 2, 3].map(seed => {
    const exploration = (steps: number): number => Math.max(0.05, 1 - steps / 100_000)
    const learner = new QLearning({ env: frozenLake(), learningRate: visits => 1 / visits ** 0.6, exploration, seed })
    let steps = 0
    return learner.learn(200_000).map(e => ({ steps: (steps += e.length), return: e.return }))
  })
  const scene = learningCurve(runs, { title: 'Q-learning on the frozen lake: share of walks that arrive', goal: 0.74, window: 500 })
  return `${sceneToSvg(scene)}\n`
}

/** A cart with its pole and a game of tic-tac-toe, beside each other. */
export function scenesPicture(): string {
  const env = cartPole()
  env.reset({ seed: 1 })
  for (let i = 0; i < 12; i++) env.step(i % 3 ? 1 : 0)
  const game = [4, 0, 8, 2].reduce((position, move) => ticTacToe.play(position, move), ticTacToe.start())
  const scenes: readonly Scene[] = [env.draw(), ticTacToe.draw(game)]
  const height = 240
  let x = 12
  const parts = scenes.map(scene => {
    const width = (height * scene.width) / scene.height
    const inside = sceneToSvg(scene).replace('<svg ', `<svg x="${x}" y="12" `).replace(/width="\d+" height="\d+"/, `width="${width}" height="${height}"`) // prettier-ignore
    const frame = el('rect', { x, y: 12, width, height, fill: 'none', stroke: colors[0], 'stroke-opacity': 0.3 })
    x += width + 24
    return inside + frame
  })
  return svg(x - 12, height + 24, 'A cart with its pole, and a game of tic-tac-toe', parts)
}
