import { ops } from '../../packages/core/src/ops/index.ts'
import type { OpRun } from './page/op-runs.ts'

/** Differences that float32 kernels of different makers may have; above, a case counts as wrong. */
const near = 1e-5
const limit = 1e-3

/** Cases that a provider cannot compute right whatever is written for it: why, and what to take instead. */
const limits: Readonly<Record<string, string>> = {
  'gridSample/not a number':
    "WGSL lets a GPU assume that no number is NaN, so a coordinate that is NaN may read any place of the image. Where coordinates may be NaN, run on 'wasm' or 'cpu'.",
}

const failed = (r: OpRun): boolean => r.error !== undefined || !(r.apart <= limit)

/** What a provider made of an op. */
function cell(op: string, runs: readonly OpRun[]): string {
  const own = runs.filter(r => r.ops.includes(op) && limits[r.name] === undefined)
  const wrong = own
    .filter(failed)
    .filter(r => r.name.split('/')[0] === op || r.ops.every(o => o === op || !runs.some(s => failed(s) && s.name.split('/')[0] === o)))
  if (!own.length) return '–'
  const fallbacks = [...new Set(own.flatMap(r => r.fallbacks[op] ?? []))]
  const apart = Math.max(...own.filter(r => !failed(r)).map(r => r.apart))
  return [
    wrong.length ? `**${wrong.length} of ${own.length} fail**` : '✓',
    ...(apart > near ? [`≤ ${apart.toExponential(0)}`] : []),
    ...(fallbacks.length ? [`processor: ${fallbacks.join(', ')}`] : []),
  ].join('; ')
}

/** The table of ops and providers, as a page. */
export function opTable(columns: ReadonlyMap<string, readonly OpRun[]>): string {
  const titles = [...columns.keys()]
  const names = Object.keys(ops).toSorted()
  const rows = names.map(op => `| \`${op}\` | ${titles.map(t => cell(op, columns.get(t)!)).join(' | ')} |`)
  const met = titles.flatMap(t =>
    columns
      .get(t)!
      .filter(r => failed(r) && limits[r.name] !== undefined)
      .map(r => `- ${t}, \`${r.name}\`: ${limits[r.name]}`),
  )
  const failures = titles.flatMap(t =>
    columns
      .get(t)!
      .filter(r => failed(r) && limits[r.name] === undefined)
      .map(r => `- ${t}, \`${r.name}\`: ${r.error ?? `${r.apart.toExponential(1)} from eager mode`}`),
  )
  const counts = titles.map(t => `${t}: ${columns.get(t)!.filter(r => !failed(r)).length} of ${columns.get(t)!.length}`)
  return [
    '# Ops and providers',
    '',
    'Every op in every case of the conformance tests, computed forward on every provider and compared with eager mode.',
    '✓: all agree, to 1e-5·max(1, |value|) unless a larger difference is given. “processor” names the ONNX nodes that the provider leaves to the',
    'processor, with the type of their first input: that costs a copy, the numbers are right. `custom` and `stopGradient` exist in gradients only;',
    'they become no node.',
    '',
    `Cases that agree: ${counts.join('; ')}. WebGPU was computed in software (SwiftShader) here; a real adapter has the same kernels.`,
    '',
    `| op | ${titles.join(' | ')} |`,
    `| --- |${titles.map(() => ' --- |').join('')}`,
    ...rows,
    '',
    ...(met.length ? ['## Limits', '', ...met, ''] : []),
    ...(failures.length ? ['## Cases that fail', '', ...failures, ''] : []),
    'Written by `private/browser/op-providers.ts`.',
    '',
  ].join('\n')
}
