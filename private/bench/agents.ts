/** A whole run of learning in CartPole. */
export interface AgentBenchmark {
  readonly title: string
  /** Steps of the environments, all together. */
  readonly steps: number
  /** Its name on both sides. */
  readonly agent: 'dqn' | 'ppo'
  /** Whether the peer's loop leaves out what cleanrl has for comfort. */
  readonly tuned: boolean
}

export const agents = {
  dqn: { title: 'DQN, 20,480 steps', steps: 20_480, agent: 'dqn', tuned: false },
  ppo: { title: 'PPO, 20,480 steps', steps: 20_480, agent: 'ppo', tuned: false },
  'ppo-tuned': { title: 'PPO, 20,480 steps, peer tuned by hand', steps: 20_480, agent: 'ppo', tuned: true },
} as const satisfies Record<string, AgentBenchmark>

export type AgentName = keyof typeof agents
export const agentNames = Object.keys(agents) as AgentName[]
