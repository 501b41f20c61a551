// Balances a pole with DQN, REINFORCE, A2C or PPO, and leaves the curve of the returns and a film.
import { Option } from 'commander'
import { A2C, cartPole, DQN, PPO, Reinforce } from '@portolan/rl'
import { agentCommand, trainAgents, type AgentOptions } from '../shared/agents.ts'

const algorithms = ['dqn', 'reinforce', 'a2c', 'ppo'] as const
const options = agentCommand('cartpole', 'Balances a pole with DQN, REINFORCE, A2C or PPO.', 500_000)
  .addOption(new Option('--algorithm <name>', 'who learns').choices(algorithms).default('ppo'))
  .option('--double', 'DQN: the online network picks, the target network judges', false)
  .option('--dueling', 'DQN: states and actions are judged apart', false)
  .parse()
  .opts<AgentOptions & { algorithm: (typeof algorithms)[number]; double: boolean; dueling: boolean }>()

const { algorithm, steps, double, dueling } = options
await trainAgents(algorithm, options, {
  env: () => cartPole(),
  goal: 475,
  make: (seed, engine) =>
    ({
      // what is said in steps goes with their number
      dqn: () =>
        new DQN({
          env: cartPole(),
          seed,
          ...engine,
          double,
          dueling,
          warmup: Math.min(10_000, steps / 10),
          exploration: { from: 1, to: 0.05, steps: steps / 2 },
        }),
      reinforce: () => new Reinforce({ env: cartPole(), seed, ...engine }),
      a2c: () => new A2C({ env: () => cartPole(), seed, ...engine }),
      ppo: () => new PPO({ env: () => cartPole(), seed, ...engine, budget: steps }),
    })[algorithm](),
})
