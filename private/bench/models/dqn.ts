import { adam, huber, load, stopGradient, variables, weights, type Tensor } from '@portolan/core'
import type { Batch, Benchmark } from '../benchmark.ts'
import { Mlp } from './mlp.ts'

interface DqnSizes {
  n: number
  observation: number
  actions: number
  hidden: number
}

const discount = 0.99
/** How far the target network moves at each update. */
const tau = 0.005

/** van Hasselt, Guez and Silver, "Deep Reinforcement Learning with Double Q-learning", 2015; sizes of CartPole. */
export const dqn: Benchmark<DqnSizes> = {
  title: 'double DQN update, CartPole, batch 128',
  full: { n: 128, observation: 4, actions: 2, hidden: 128 },
  at: ({ n, observation, actions, hidden }) => ({
    batch: {
      state: { shape: [n, observation] },
      action: { shape: [n], below: actions },
      reward: { shape: [n] },
      next: { shape: [n, observation] },
      done: { shape: [n], below: 2 },
    },
    make() {
      const [online, target] = [new Mlp(observation, hidden, hidden, actions), new Mlp(observation, hidden, hidden, actions)]
      load(target, weights(online))
      const optimizer = adam(1e-3).init(online)
      const model = { online, target }
      const taken = (q: Tensor, action: Tensor): Tensor => q.takeAlong(action.expandDims(1)).squeeze(1)
      const step = ({ state, action, reward, next, done }: Batch): { loss: Tensor } => {
        const best = online.forward(next!).argMax()
        const future = taken(target.forward(next!), best).mul(done!.equal(0).cast('float32'))
        const wanted = stopGradient(reward!.add(future.mul(discount)))
        const loss = optimizer.minimize(online, () => huber(taken(online.forward(state!), action!), wanted))
        const now = variables(online)
        for (const [path, v] of variables(target)) v.value = v.value.add(now.get(path)!.value.sub(v.value).mul(tau))
        return { loss }
      }
      return { model, state: { model, optimizer }, step }
    },
  }),
}
