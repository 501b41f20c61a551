import type { Callback } from '../callback.ts'
import type { EpochLog } from '../history.ts'
import { cutBack, lengthOf, openLines, type LineFile } from './line-file.ts'

/**
 * Adds a line of JSON to a file for each epoch, as `History` holds it: `{"epoch":1,"step":469,"logs":{"loss":0.2},"validation":{"loss":0.1}}`.
 * A run that goes on adds to what is there. What is not finite becomes null.
 * @example
 * new Trainer({ step, callbacks: [jsonlLogger('run.jsonl')] })
 */
export function jsonlLogger(path: string): Callback {
  let file: LineFile
  return {
    key: `jsonlLogger ${path}`,
    async fitStart() {
      file = await openLines(path)
    },
    async epochEnd({ epoch, step, logs, validation }) {
      const line: EpochLog & { step: number } = { epoch, step, logs, ...(validation && { validation }) }
      await file.append(JSON.stringify(line))
    },
    state: () => ({ length: lengthOf(path) }),
    restore: state => cutBack(path, (state as { length: number }).length),
  }
}
