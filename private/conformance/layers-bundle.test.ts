import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import * as core from '@portolan/core'
import * as layers from '@portolan/layers'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const wanted = ['GroupNorm', 'Mish'] // one of core's, one of the catalogue's own
const classes = Object.entries(layers).flatMap(([name, x]) => (typeof x === 'function' && x.prototype instanceof core.Module ? [name] : []))

/** What a page gets that imports the two from there: its text, and which of our files it is made of. */
async function bundle(from: string, external: string[]): Promise<{ text: string; files: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { ${wanted.join(', ')} } from '${from}'\nglobalThis.page = [${wanted.join(', ')}]`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    splitting: true,
    outdir: root,
    conditions: ['@portolan/source'],
    external: ['@tensorflow/*', ...external],
  })
  const inputs = Object.values(metafile.outputs).flatMap(o =>
    Object.entries(o.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput ? [file] : [])),
  )
  return { text: outputFiles.map(f => f.text).join('\n'), files: inputs.map(f => relative(root, f)) }
}

const others = (text: string): string[] => classes.filter(name => !wanted.includes(name) && new RegExp(`\\b${name}\\b`).test(text))

describe('a bundle that imports two layers', () => {
  it('has no other, nor the files of another', async () => {
    expect(classes.length).toBeGreaterThan(120)
    const { text, files } = await bundle('@portolan/layers', [])
    expect(wanted.filter(name => text.includes(name))).toEqual(wanted)
    expect(others(text)).toEqual([])
    expect(files.filter(f => f.startsWith('packages/layers/'))).toEqual(['packages/layers/src/activation/mish.ts'])
    expect(
      files
        .filter(f => f.includes('/core/src/nn/'))
        .map(f => f.split('/').at(-1))
        .toSorted((a, b) => (a! < b! ? -1 : 1)),
    ).toEqual(['group-norm.ts', 'init.ts', 'module.ts', 'norm-layers.ts', 'rng.ts', 'variable.ts'])
  })

  it('has no other of the package as it is built and published', async () => {
    const dist = mkdtempSync(join(tmpdir(), 'portolan-layers-'))
    try {
      execFileSync(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js'), '--no-dts', '--out-dir', dist], {
        cwd: join(root, 'packages/layers'),
      })
      const { text } = await bundle(join(dist, 'index.js'), ['@portolan/core'])
      expect(text).toContain('Mish')
      // core stays outside, and what stays outside is named
      expect(others(text).filter(name => !(name in core))).toEqual([])
    } finally {
      rmSync(dist, { recursive: true })
    }
  })
})
