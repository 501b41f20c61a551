import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import * as core from '@portolan/core'
import * as layers from '@portolan/layers'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const wanted = ['GroupNorm', 'Mish'] // one of core's, one of the catalogue's own
const classes = Object.entries(layers).flatMap(([name, x]) => (typeof x === 'function' && x.prototype instanceof core.Module ? [name] : []))

/** What a page gets that imports the two: its text, and which of our files it is made of. */
async function bundle(folder: string, conditions: string[]): Promise<{ text: string; files: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { ${wanted.join(', ')} } from '@portolan/layers'\nglobalThis.page = [${wanted.join(', ')}]`,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    splitting: true,
    outdir: folder,
    conditions,
    external: ['@tensorflow/*', '#@tensorflow/*'],
  })
  const inputs = Object.values(metafile.outputs).flatMap(o =>
    Object.entries(o.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput ? [relative(folder, file)] : [])),
  )
  return { text: outputFiles.map(f => f.text).join('\n'), files: inputs.toSorted((a, b) => (a < b ? -1 : 1)) }
}

function expectOnlyTheTwo(text: string): void {
  // messages may say Pad; what is defined is a declaration, or the name that a class was given to keep
  const defined = (name: string): boolean => new RegExp(`\\b(?:class|const|let|var|function) ${name}\\b|"${name}"`).test(text)
  expect(wanted.filter(defined)).toEqual(wanted)
  expect(classes.filter(name => !wanted.includes(name) && defined(name))).toEqual([])
}

describe('a bundle that imports two layers', () => {
  it('has no other, nor the files of another', async () => {
    expect(classes.length).toBeGreaterThan(120)
    const { text, files } = await bundle(import.meta.dirname, ['@portolan/source'])
    expectOnlyTheTwo(text)
    const named = (part: string): string[] => files.filter(file => file.includes(part)).map(file => file.split('/').slice(-2).join('/'))
    expect(named('/layers/')).toEqual(['activation/mish.ts'])
    expect(named('/nn/')).toEqual(['group-norm', 'init', 'module', 'norm-layers', 'rng', 'variable'].map(name => `nn/${name}.ts`))
  })

  it('has no other of the packages as they are built and published', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-bundle-'))
    try {
      for (const name of ['core', 'layers']) {
        const [from, to] = [join(root, 'packages', name), join(folder, 'node_modules/@portolan', name)]
        mkdirSync(to, { recursive: true })
        copyFileSync(join(from, 'package.json'), join(to, 'package.json'))
        mkdirSync(join(to, 'node_modules'))
        symlinkSync(join(root, 'packages/core/node_modules/@tensorflow'), join(to, 'node_modules/@tensorflow'))
        const run = (cwd: string, ...command: string[]): unknown => execFileSync(process.execPath, command, { cwd })
        run(from, join(root, 'node_modules/tsup/dist/cli-default.js'), '--no-dts', '--out-dir', join(to, 'dist'))
        run(to, join(root, 'scripts/bundle.mjs'))
      }
      expectOnlyTheTwo((await bundle(folder, [])).text)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
