import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsup'

type Exports = Record<string, string | { '@portolan/source'?: string }>

/** Builds every entry that the package's `exports` names as ES modules; shared chunks keep the package's state single. */
export function library(): ReturnType<typeof defineConfig> {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Exports }
  const sources = Object.values(exports).flatMap(entry => (typeof entry === 'object' && entry['@portolan/source']) || [])
  return defineConfig({
    entry: Object.fromEntries(sources.map(file => [basename(file, '.ts'), file])),
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    splitting: true,
    keepNames: true, // errors and summaries say a class's name
    removeNodeProtocol: false,
    silent: true,
    clean: true,
    sourcemap: true,
    // tsup hands its declaration build a baseUrl, which TypeScript 6 deprecates.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  })
}
