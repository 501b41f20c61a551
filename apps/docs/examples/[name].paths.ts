import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const examples = join(import.meta.dirname, '../../../examples')

/** A page for what each example measured. */
export default {
  paths: () =>
    readdirSync(examples)
      .map(name => ({ name, file: join(examples, name, 'RESULTS.md') }))
      .flatMap(({ name, file }) => {
        if (!existsSync(file)) return [] // shared code of examples, which measures nothing
        const text = readFileSync(file, 'utf8')
        const content = text.replaceAll(
          /\]\((?![\w+]+:|\/|#)([^)]+)\)/g,
          (_, link: string) => `](${posix.join('../../../examples', name, link)})`,
        )
        return [{ params: { name }, content }]
      }),
}
