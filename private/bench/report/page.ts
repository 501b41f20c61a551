import { join } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { savePicture, writeFileAtomic } from '@portolan/core/node'
import type { Result } from '../results.ts'
import { taskNames, type TaskName } from '../suite/case.ts'
import { charts } from './charts.ts'
import { markdownTable, tables } from './table.ts'

const about: Readonly<Record<TaskName, string>> = {
  train:
    'Whole training steps: forward, loss, backward, optimizer. Both sides start from the same weights, see the same batches and come to the same losses.',
  infer:
    'Forward passes in evaluation mode: a compiled forward or the exported file, the faster, against PyTorch in eager mode without gradients.',
  scale: 'How a training step grows with the batch, the parameters and the length of a text.',
  memory:
    'What the process holds in memory, all of it but garbage that is collected before each look, while it trains; the peak is what the system saw. Lean: `onnx({ lean: true })`.',
  agents:
    'Whole runs of learning in CartPole, as cleanrl has them: environments, acting, buffers and updates, from new weights to the last step. Networks, batches, steps and learning rates are the same on both sides; DQN learns from step 1,000 on, 128 samples after every tenth step; PPO has 4 environments, stretches of 128 steps, 4 epochs in 4 parts. The figures are the median of whole runs after a warm-up, each side with the number of threads that suits it best. Tuned by hand: without PyTorch’s distributions, advantages in numpy.',
  first:
    'Up to the end of the first step, in ms: packages as they are published are imported, the model is made, and the first call traces the step, runs the passes, loads onnxruntime, lowers the graph, makes the session and runs it. Beside it PyTorch, which compiles nothing.',
}
const titles: Readonly<Record<TaskName, string>> = {
  train: 'Training',
  infer: 'Inference',
  scale: 'Scaling',
  memory: 'Memory',
  first: 'The first step',
  agents: 'Agents',
}

/** All values that occur, in their order. */
const each = (values: readonly string[]): string => [...new Set(values)].join('; ')

function conditions(results: readonly Result[]): string {
  const days = results.map(r => r.date.slice(0, 10)).sort()
  const versions = each(results.flatMap(r => Object.entries(r.versions).map(([name, version]) => `${name} ${version}`)))
  const machines = each(results.map(({ machine: m }) => `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.platform}`))
  const period = days[0] === days.at(-1) ? days[0]! : `${days[0]!} to ${days.at(-1)!}`
  return `${period}. ${machines}. ${each(results.map(r => `${r.threads} threads`))}. ${versions}.`
}

const [begin, end] = ['<!-- measured: written by npm run bench -- report -->', '<!-- end of what is measured -->']

/**
 * Writes the measured part of the page, between two marks, and a picture of each task; what people wrote around it stays.
 * @param folder where pictures go; `link` is how the page calls it.
 */
export async function writePage(
  file: string,
  results: readonly Result[],
  { folder, link }: { folder: string; link: string },
): Promise<void> {
  const sections: string[] = []
  for (const task of taskNames) {
    const some = results.filter(r => r.task === task)
    if (!some.length) continue
    await savePicture(join(folder, `bench-${task}.svg`), await charts[task](some))
    const missing = some.flatMap(r => r.missing.map(m => `- ${r.title}: ${m.library}${m.variant ? ` (${m.variant})` : ''}: ${m.reason}`))
    sections.push(
      [
        `## ${titles[task]}`,
        about[task],
        conditions(some),
        `![${titles[task]}](${link}/bench-${task}.svg)`,
        markdownTable(tables[task](some)),
        ...(missing.length ? [`Not measured:\n\n${missing.join('\n')}`] : []),
      ].join('\n\n'),
    )
  }
  const page = existsSync(file) ? readFileSync(file, 'utf8') : `# Results\n\n${begin}\n${end}\n`
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file}: the marks '${begin}' and '${end}' are gone; put them where the figures belong`)
  await writeFileAtomic(file, `${page.slice(0, from)}${begin}\n\n${sections.join('\n\n')}\n\n${page.slice(to)}`)
}
