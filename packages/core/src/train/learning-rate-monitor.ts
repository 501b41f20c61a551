import type { Optimizer } from '../optim/optimizer.ts'
import type { Callback } from './callback.ts'

/**
 * Logs the learning rate with which each epoch begins, so that it stands in the history and in files.
 * @param name of the figure; default 'learningRate'.
 * @example
 * new Trainer({ step, callbacks: [learningRateMonitor(optimizer), csvLogger('run.csv')] })
 */
export const learningRateMonitor = (optimizer: Optimizer, name = 'learningRate'): Callback => ({
  async epochStart({ log }) {
    log(name, await optimizer.rate.item())
  },
})
