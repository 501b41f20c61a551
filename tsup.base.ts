import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsup'

type Exports = Record<string, string | { '@portolan/source'?: string | { default: string } }>

/**
 * Builds a package file by file as ES modules, which scripts/bundle.mjs joins: esbuild's own joining would turn classes into variables, and an
 * error or summary would say `_Conv2d`. Declarations come one for each entry that the package's `exports` names.
 */
export function library(): ReturnType<typeof defineConfig> {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Exports }
  const sources = Object.values(exports).flatMap(entry => {
    const source = typeof entry === 'object' && entry['@portolan/source']
    return source ? [typeof source === 'string' ? source : source.default] : []
  })
  return defineConfig({
    entry: ['src/**/*.ts', '!src/**/*.test.ts', '!src/**/*.test-d.ts', '!src/**/golden-*.ts', '!src/testing/**'],
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    bundle: false,
    splitting: false,
    removeNodeProtocol: false,
    silent: true,
    clean: true,
    sourcemap: true,
    plugins: [
      {
        name: 'imports of what is built',
        renderChunk: code => ({ code: code.replaceAll(/((?:from |import |import\()["']\.[^"']*)\.ts(["'])/g, '$1.js$2') }),
      },
    ],
    dts: {
      entry: Object.fromEntries(sources.map(file => [basename(file, '.ts'), file])),
      // tsup hands its declaration build a baseUrl, which TypeScript 6 deprecates. Of other packages it reads what they have built, in half
      // of the time that their sources take.
      compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] },
    },
  })
}
