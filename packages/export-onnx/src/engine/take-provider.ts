import { RunError } from '@portolan/core'
import { localHost } from './local-host.ts'
import { platform, type LoadOptions } from './platform.ts'
import { reasonOf, type MissingProvider, type Provider } from './provider.ts'
import type { Host } from './session.ts'

export interface TakeOptions {
  readonly providers: readonly Provider[] | undefined
  readonly threads: number
  readonly worker: boolean
  /** Whether only providers that compute in float16 will do. */
  readonly half: boolean
}

/** What computes, and what could not be had before it. */
export interface Taken {
  readonly host: Host
  readonly missing: readonly MissingProvider[]
}

/** One host of a kind: what one program leaves on a device is at hand for the next. */
const hosts = new Map<string, Promise<Host>>()

async function hostOf(provider: Provider, worker: boolean, options: LoadOptions): Promise<Host> {
  const key = `${provider} ${worker} ${options.threads} ${options.named}`
  const known = await hosts.get(key)?.catch(() => undefined)
  if (known && known.lost === undefined) return known
  const made = worker ? platform().spawn(provider, options) : localHost(provider, options)
  hosts.set(key, made)
  return made
}

/**
 * The first provider that is there.
 * @throws RunError if none is, with the reason of each.
 */
export async function takeProvider({ providers, threads, worker, half }: TakeOptions): Promise<Taken> {
  const missing: MissingProvider[] = []
  for (const provider of providers ?? platform().providers) {
    try {
      const host = await hostOf(provider, worker, { threads, named: providers !== undefined })
      // pages load it where it is asked for
      const problem = half ? await (await import('./half-problem.ts')).halfProblem(host) : undefined
      if (problem === undefined) return { host, missing }
      missing.push({ provider, reason: problem })
    } catch (error) {
      missing.push({ provider, reason: reasonOf(error) })
    }
  }
  const reasons = missing.map(m => `\n    ${m.provider}: ${m.reason}`).join('')
  throw new RunError(
    `onnx: none of the providers asked for can be had here${half ? ' with float16' : ''}.${reasons}${half ? "\n    Leave precision: 'float16' out." : ''}`,
  )
}
