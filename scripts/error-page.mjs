// Writes apps/docs/errors.md out of the docstrings of our error classes: `node scripts/error-page.mjs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** @typedef {{ name: string, base: string, code: string, says: string, fields: string[], file: string }} ErrorClass */

const root = fileURLToPath(new URL('..', import.meta.url))
export const page = join(root, 'apps/docs/errors.md')

/** @param {ts.Node} node */
const docOf = node =>
  (ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment) ?? '')
    .split(/\n\s*\n/)[0]
    ?.replaceAll(/\s+/g, ' ')
    .trim() ?? ''

/** The public fields and getters of a class, with what is said of them. @param {ts.ClassDeclaration} node */
const fieldsOf = node =>
  node.members.flatMap(m => {
    const hidden = ts.getCombinedModifierFlags(m) & ts.ModifierFlags.Static || ts.getJSDocTags(m).some(t => t.tagName.text === 'internal')
    if (hidden || !(ts.isPropertyDeclaration(m) || ts.isGetAccessorDeclaration(m)) || !ts.isIdentifier(m.name)) return []
    return [`\`${m.name.text}\`${docOf(m) ? `: ${docOf(m).replace(/\.$/, '')}` : ''}`]
  })

/** Every class of errors in the published packages. @returns {ErrorClass[]} */
export function readErrors() {
  /** @type {ErrorClass[]} */
  const found = []
  for (const file of files().sort()) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
    for (const node of source.statements) {
      const base = ts.isClassDeclaration(node) && node.heritageClauses?.[0]?.types[0]?.expression.getText()
      if (!base || !base.endsWith('Error') || !ts.isClassDeclaration(node)) continue
      const code = node.members.find(m => ts.isPropertyDeclaration(m) && m.name.getText() === 'code')
      const value =
        code && ts.isPropertyDeclaration(code) && code.initializer && ts.isStringLiteral(code.initializer)
          ? code.initializer.text
          : undefined
      if (!value || !docOf(node))
        throw new Error(`${relative(root, file)}: ${node.name?.text} needs a static code of its own and a docstring`)
      found.push({ name: node.name?.text ?? '', base, code: value, says: docOf(node), fields: fieldsOf(node), file: relative(root, file) })
    }
  }
  const twice = found.filter((e, i) => found.findIndex(o => o.code === e.code) < i)
  if (twice.length) throw new Error(`two classes have the code ${twice[0]?.code}`)
  return found
}

/** @returns {string[]} */
const files = () => ts.sys.readDirectory(join(root, 'packages'), ['.ts'], ['**/node_modules', '**/dist', '**/*.test.ts'], ['*/src/**/*.ts'])

/** The whole page. */
export function errorPage() {
  const errors = readErrors()
  const base = errors.find(e => e.name === 'PortolanError')
  const rows = errors.map(
    ({ name, code, says, base: of }) =>
      `| \`${code}\` | \`${name}\` | ${of === 'Error' ? '' : `\`${of}\``} | ${says.replaceAll('|', '\\|')} |`,
  )
  const own = errors
    .filter(e => e.fields.length && e !== base)
    .map(({ name, fields }) => `**${name}** also has:\n\n${fields.map(f => `- ${f}`).join('\n')}\n`)
  return `# Errors

<!-- Written by scripts/error-page.mjs out of the classes' docstrings. -->

Everything that this library refuses, it refuses with a \`PortolanError\`. The message names what refuses, the rule, what was received and the fix; the stack begins with your own line:

\`\`\`
ShapeError: Linear: last axis must be inFeatures 784, got 28 in input [32,28,28]. Flatten first: x.flatten(1).
    at main.ts:12:18
\`\`\`

A program reads the same from fields:

- \`code\`: of the class, from the table below; it stays the same from version to version, messages may change
- \`op\`: what refuses: \`Linear\`; or the file
- \`expected\`: the rule: \`last axis must be inFeatures 784\`
- \`received\`: what was given: \`28 in input [32,28,28]\`
- \`hint\`: the fix, where there is one: \`Flatten first: x.flatten(1)\`
- \`cause\`: the error beneath, if there is one: of the system, of onnxruntime

| code | class | is a | thrown for |
| ---- | ----- | ---- | ---------- |
${rows.join('\n')}

${own.join('\n')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(page, errorPage())
  console.log(`${relative(dirname(root), page)}: ${readErrors().length} classes`)
}
