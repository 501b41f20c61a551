import { RunError } from '@portolan/core'
import type { Host } from './session.ts'

/** What was thrown, as an error that says what to do; variables keep the values they had before the step. */
export function explain(
  error: unknown,
  { lost, provider }: Host,
  source: (node: string) => { op: string; line: string } | undefined,
): RunError {
  if (lost !== undefined)
    return new RunError(
      `onnx: ${lost}, and with it what was there. Load the last checkpoint into the model and compile anew` +
        (provider === 'webgpu' ? ", with providers: ['wasm'] or ['cpu'] if it happens again." : '.'),
      { cause: error },
    )
  const text = error instanceof Error ? error.message : String(error)
  const name = /node[^']*'([^']+)'|Name:'([^']+)'|name: ?(\S+)/i.exec(text)?.slice(1).find(Boolean)
  const at = name === undefined ? undefined : source(name)
  const where = at ? `\n    op ${at.op} ${at.line}` : ''
  if (/out of memory|bad_alloc|bad allocation|Failed to allocate|memory access out of bounds|Array buffer allocation|OOM/i.test(text))
    return new RunError(
      `onnx: there is not enough memory on '${provider}' for this step. Make the batch smaller; the variables are as they were before the step. (${text.split('\n')[0]})${where}`,
      { cause: error },
    )
  return new RunError(`onnx: ${text}${where}`, { cause: error })
}
