// Swings a pendulum up and holds it, with SAC, and leaves the curve of the returns and a film.
import { pendulum, SAC } from '@portolan/rl'
import { agentCommand, trainAgents, type AgentOptions } from '../shared/agents.ts'
import { positive } from '../shared/command.ts'

const options = agentCommand('pendulum', 'Swings a pendulum up and holds it, with SAC.', 20_000)
  .option('--warmup <n>', 'steps by chance at first', positive, 5000)
  .option('--hidden <n>', 'width of the hidden layers', positive, 256)
  .parse()
  .opts<AgentOptions & { warmup: number; hidden: number }>()

const { warmup, hidden } = options
await trainAgents('sac', options, {
  env: () => pendulum(),
  goal: -200,
  make: (seed, engine) => new SAC({ env: pendulum(), seed, ...engine, warmup, hidden }),
})
