import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { HostRng } from '@portolan/core'
import { points } from './deadly-files.ts'
import { finish, refusal, start } from './ordeal.ts'

export interface Trials {
  /** A folder for everything; it must be empty. */
  readonly root: string
  readonly seed: number
  /** Told of each kill. */
  readonly onKill?: (how: string) => void
}

/** What is left when a training has ended: nothing but checkpoints, and no more than it was told to keep. */
function assertTidy(folder: string): void {
  const names = readdirSync(folder)
  assert(
    names.length <= 3 && names.every(name => /^step-\d{8}(-epoch-\d+)?\.safetensors$/.test(name)),
    `${folder} holds ${names.join(', ')}`,
  )
}

/**
 * Kills trainings, half of them or more at chosen points of saving, the rest at random times, and lets each go on until it ends.
 * @throws AssertionError if one does not end with exactly the bits of an undisturbed training.
 */
export async function kill(n: number, engine: 'eager' | 'onnx', { root, seed, onKill }: Trials): Promise<Record<string, number>> {
  const rng = new HostRng(seed)
  const flags = ['--engine', engine]
  const expected = await finish(join(root, `${engine}-undisturbed`), ...flags, '--no-checkpoint')
  assert.equal(await finish(join(root, `${engine}-saved`), ...flags), expected, 'saving alone changes the result')
  const counts: Record<string, number> = {}
  let killed = 0
  let next = 0
  for (let run = 0; killed < n; run++) {
    const folder = join(root, `${engine}-${run}`)
    for (let turn = 0; turn < 6 && killed < n; turn++) {
      const injected = killed % 3 < 2
      const point = points[next % points.length]!
      if (injected) next++
      const trainee = injected ? start(folder, ...flags, '--die', `${point}:${1 + rng.integer(3)}`) : start(folder, ...flags, '--slow', '5')
      if (!injected) {
        await trainee.working
        setTimeout(() => trainee.process.kill('SIGKILL'), rng.integer(250))
      }
      const { signal, code, output } = await trainee.ended
      assert(signal === 'SIGKILL' || code === 0, `the training in ${folder} ended with ${signal ?? code}:\n${output}`)
      if (signal !== 'SIGKILL') break // it ended before it came to that point
      const how = injected ? point : 'random'
      counts[how] = (counts[how] ?? 0) + 1
      killed++
      onKill?.(how)
    }
    assert.equal(await finish(folder, ...flags), expected, `the training in ${folder} ended with other bits`)
    assertTidy(folder)
  }
  return counts
}

/** SIGINT and SIGTERM: it saves, says so, and goes on to the same end. */
export async function interrupt({ root }: Trials): Promise<void> {
  const expected = await finish(join(root, 'interrupt-undisturbed'), '--no-checkpoint')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const folder = join(root, signal)
    const trainee = start(folder, '--slow', '20')
    await trainee.working
    trainee.process.kill(signal)
    const { code, message } = await refusal(trainee)
    const { step } = await trainee.ended
    assert.equal(code, 'PORTOLAN_INTERRUPTED')
    assert(message.includes(`stopped the run after step ${step}`), message)
    assert.equal(await finish(folder), expected, `after ${signal} it ended with other bits`)
    assertTidy(folder)
  }
}

/** A second trainer in one folder is refused, and the first does not notice. */
export async function second({ root }: Trials): Promise<void> {
  const expected = await finish(join(root, 'second-undisturbed'), '--no-checkpoint')
  const folder = join(root, 'shared')
  const first = start(folder)
  await first.working
  first.process.kill('SIGSTOP') // alive, however long the second takes to start
  const { code, message } = await refusal(start(folder)).finally(() => first.process.kill('SIGCONT'))
  assert.equal(code, 'PORTOLAN_LOCKED')
  assert(message.includes(`in use by process ${first.process.pid}`), message)
  assert.equal((await first.ended).code, 0)
  assert.equal(await finish(folder), expected)
}

/**
 * A disk that fills up: the save fails, what was there is whole, and with room again it goes on to the same end.
 * @returns why it could not be tried, if so.
 */
export async function diskFull({ root }: Trials): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a small disk can only be mounted on Linux, by root'
  const disk = join(root, 'disk')
  mkdirSync(disk)
  const mount = (...args: string[]): string | undefined => {
    const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' })
    return status === 0 ? undefined : (error?.message ?? stderr.trim())
  }
  const failed = mount('-t', 'tmpfs', '-o', 'size=1200k', 'portolan-crash', disk)
  if (failed !== undefined) return `a small disk could not be mounted: ${failed}`
  try {
    const expected = await finish(join(root, 'disk-undisturbed'), '--no-checkpoint')
    const folder = join(disk, 'run')
    const { code, message } = await refusal(start(folder))
    assert.equal(code, 'PORTOLAN_FILE')
    assert.match(message, /step \d+ could not be saved in .* \(ENOSPC: no space left on device\)\. .*\.safetensors is whole/)
    assert(readdirSync(folder).length > 0 && readdirSync(folder).every(name => name.endsWith('.safetensors')))
    assert.equal(mount('-o', 'remount,size=64m', disk), undefined)
    assert.equal(await finish(folder), expected, 'after the disk was full it ended with other bits')
    assertTidy(folder)
    return undefined
  } finally {
    spawnSync('umount', [disk])
  }
}
