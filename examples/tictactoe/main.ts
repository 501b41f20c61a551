// Learns tic-tac-toe by playing against itself, then meets every way in which an opponent can play, and the exhaustive search.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { progressBar } from '@portolan/core'
import { writeFileAtomic } from '@portolan/core/node'
import { AlphaZero, minimax, ticTacToe, type TicTacToePosition } from '@portolan/rl'
import { saveAnimation } from '@portolan/rl/node'
import { engineOf, reportTo } from '../shared/agents.ts'
import { positive } from '../shared/command.ts'

const options = new Command('node examples/tictactoe/main.ts')
  .description('Learns tic-tac-toe by playing against itself, then meets every way in which an opponent can play.')
  .option('--rounds <n>', 'rounds of games against itself', positive, 120)
  .option('--simulations <n>', 'trials for each move in the matches', positive, 50)
  .option('--seed <n>', 'one seed, one result', Number, 1)
  .addOption(new Option('--engine <engine>', 'onnx: updates compiled; eager: op by op').choices(['onnx', 'eager']).default('onnx'))
  .option('--threads <n>', 'threads that compute one op', positive, 1)
  .option('--out <folder>', 'where the film and the saved run go', 'out/tictactoe')
  .option('--json <file>', 'write the figures there as JSON')
  .parse()
  .opts<{ rounds: number; simulations: number; seed: number; engine: 'onnx' | 'eager'; threads: number; out: string; json?: string }>()

const { rounds, simulations, seed, out, json } = options
await mkdir(out, { recursive: true })
const player = new AlphaZero({ game: ticTacToe, seed, ...engineOf(options) })

const chosen = new Map<string, number>()
/** Its move; in one position it is always the same. */
async function reply(position: TicTacToePosition): Promise<number> {
  const key = position.join()
  if (!chosen.has(key)) chosen.set(key, await player.move(position, { simulations }))
  return chosen.get(key)!
}
const known = new Map<string, number>()
/** Games by their ends for the player, who moves first or second; `replies`: what the opponent may do. */
async function match(
  position: TicTacToePosition,
  mine: boolean,
  replies: (position: TicTacToePosition) => number[],
): Promise<{ won: number; drawn: number; lost: number }> {
  const outcome = ticTacToe.outcome(position)
  if (outcome !== undefined)
    return { won: Number(outcome !== 0 && !mine), drawn: Number(outcome === 0), lost: Number(outcome !== 0 && mine) }
  const sum = { won: 0, drawn: 0, lost: 0 }
  for (const action of mine ? [await reply(position)] : replies(position)) {
    const part = await match(ticTacToe.play(position, action), !mine, replies)
    sum.won += part.won
    sum.drawn += part.drawn
    sum.lost += part.lost
  }
  return sum
}
/** The moves that the exhaustive search thinks best, all of them. */
const perfect = (position: TicTacToePosition): number[] => {
  const worth = (a: number): number => 0 - minimax(ticTacToe, ticTacToe.play(position, a), known)
  const legal = ticTacToe.legal(position)
  const most = Math.max(...legal.map(worth))
  return legal.filter(a => worth(a) === most)
}
async function matches(replies: (position: TicTacToePosition) => number[]) {
  chosen.clear()
  const [first, second] = [await match(ticTacToe.start(), true, replies), await match(ticTacToe.start(), false, replies)]
  return { games: [first, second].reduce((n, s) => n + s.won + s.drawn + s.lost, 0), first, second, lost: first.lost + second.lost }
}

const started = performance.now()
const before = await matches(ticTacToe.legal)
const bar = progressBar()
bar.start(1, 1, rounds)
const losses = await player.learn(rounds, { onRound: (round, loss) => bar.update(round, { loss }) })
bar.stop(`${rounds} rounds: loss ${losses[0]!.toFixed(3)} → ${losses.at(-1)!.toFixed(3)}`)
const every = await matches(ticTacToe.legal)
const best = await matches(perfect)
const seconds = (performance.now() - started) / 1000

console.log(`Before it learned: lost ${before.lost} of ${before.games} games against every way to play.`)
console.log(`Against every way to play: ${every.games} games, won ${every.first.won + every.second.won}, lost ${every.lost}.`)
console.log(`Against all best moves of the exhaustive search: ${best.games} games, lost ${best.lost}. ${seconds.toFixed(0)} s.`)
await writeFileAtomic(join(out, 'tictactoe.safetensors'), await player.save())
const scenes = [ticTacToe.draw(ticTacToe.start())]
for (let position = ticTacToe.start(); ticTacToe.outcome(position) === undefined;) {
  position = ticTacToe.play(position, await reply(position))
  scenes.push(ticTacToe.draw(position))
}
await saveAnimation(join(out, 'tictactoe.gif'), scenes, { delay: 700, scale: 0.5 })
await reportTo(json, { rounds, simulations, seed, before, every, best, losses, seconds })
await player.dispose()
