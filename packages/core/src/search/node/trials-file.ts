import { readFile } from 'node:fs/promises'
import { openLines, type LineFile } from '../../train/node/line-file.ts'
import type { TrialStore } from '../search.ts'

/**
 * Keeps the trials of a search in a file, a line of JSON each behind one that says which search it is. The same search with the same file
 * goes on where it was broken off; a last line that was cut off is run again. The folder must be there.
 * @example
 * await search({ space, objective, strategy: tpe({ trials: 50 }), store: trialsFile('trials.jsonl') })
 */
export function trialsFile(path: string): TrialStore {
  let file: LineFile | undefined
  const opened = async (): Promise<LineFile> => (file ??= await openLines(path))
  return {
    async read() {
      await opened()
      return (await readFile(path, 'utf8')).split('\n').filter(Boolean)
    },
    append: async text => (await opened()).append(text),
  }
}
