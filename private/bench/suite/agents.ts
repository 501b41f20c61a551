import { agents, type AgentName } from '../agents.ts'
import { agentEntries } from '../contenders.ts'
import { race } from '../race.ts'
import type { Case } from './case.ts'

/** Whole runs of agents in CartPole: environments, acting, buffers and updates. */
export const runsOfAgents = (names: readonly AgentName[]): Case[] =>
  names.map(name => ({
    task: 'agents',
    name,
    title: agents[name].title,
    model: name,
    async measure(context) {
      const { runs, missing } = await race(agentEntries(agents[name], context), context)
      const sizes = new Set(runs.map(r => r.parameters))
      if (sizes.size > 1) throw new Error(`${name}: the networks have ${[...sizes].join(' and ')} parameters: they are different ones`)
      return { runs, missing, versions: Object.assign({}, ...runs.map(r => r.versions)) as Record<string, string> }
    },
  }))
