import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { breachesIn } from './check-boundaries.mjs'

/** A workspace that keeps every rule, and comes close to breaking some. */
const sound: Record<string, string> = {
  'packages/core/package.json': '{ "name": "@portolan/core", "dependencies": { "@tensorflow/tfjs-core": "1" } }',
  'packages/core/src/index.ts': "/** import { onnx } from '@portolan/export-onnx' */\nexport * from './eager/engine.ts'\n",
  'packages/core/src/eager/engine.ts': "import * as tf from '@tensorflow/tfjs-core'\nimport '../tensor.ts'\n",
  'packages/core/dist/index.d.ts': "import { T } from './chunk.js'\n// onnxruntime-node\n",
  'packages/data/package.json':
    '{ "name": "@portolan/data", "peerDependencies": { "@portolan/core": "1" }, "dependencies": { "sharp": "1" } }',
  'packages/data/src/index.ts': "import { Tensor } from '@portolan/core'\nimport { read } from '@portolan/core/node'\n",
  'packages/export-onnx/package.json': '{ "name": "@portolan/export-onnx", "peerDependencies": { "onnxruntime-node": "1" } }',
  'packages/export-onnx/src/index.ts': "const ort = await import('onnxruntime-node')\n",
  'private/bench/main.ts': "import '@tensorflow/tfjs'\nimport 'onnxruntime-node'\n",
  'examples/one/package.json': '{ "dependencies": { "@portolan/data": "1", "onnxruntime-node": "1" } }',
  'examples/one/main.ts': "import '@portolan/core'\nimport '@portolan/export-onnx'\n",
}

let root = ''
function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'portolan-boundaries-'))
  write(sound)
})
afterEach(() => rmSync(root, { recursive: true }))

test('a sound workspace passes', () => expect(breachesIn(root)).toEqual([]))

/** With this file added or changed, exactly one breach is found: in the file's last line. */
function breaks(path: string, text: string, rule: string): void {
  write({ [path]: text })
  expect(breachesIn(root)).toEqual([`${path}:${text.split('\n').length}: ${rule}`])
}

describe('of ours, only core', () => {
  test.each(['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'])('in %s', kind =>
    breaks(
      'packages/vision/package.json',
      `{ "name": "@portolan/vision",\n"${kind}": { "@portolan/core": "1",\n"@portolan/layers": "1" } }`,
      '@portolan/vision depends on nothing of ours but @portolan/core (@portolan/layers)',
    ),
  )

  test.each([
    "import { x } from '@portolan/layers/node'",
    "import type { X } from '@portolan/layers/node'",
    "const x = await import('@portolan/layers/node')",
    "export * from '@portolan/layers/node'",
    "let x: import('@portolan/layers/node').X",
    "const x = require('@portolan/layers/node')",
  ])('in sources: %s', text =>
    breaks(
      'packages/data/src/deep/a.ts',
      `\n\n${text}`,
      '@portolan/data imports nothing of ours but @portolan/core (@portolan/layers/node)',
    ),
  )

  test('nor a name that begins like it', () =>
    breaks(
      'packages/data/src/a.ts',
      "import '@portolan/core-extras'",
      '@portolan/data imports nothing of ours but @portolan/core (@portolan/core-extras)',
    ))

  test('and core itself names none', () => {
    breaks('packages/core/src/a.test.ts', "import '@portolan/test-kit'", '@portolan/core imports nothing of ours (@portolan/test-kit)')
    rmSync(join(root, 'packages/core/src/a.test.ts'))
    breaks(
      'packages/core/package.json',
      '{ "name": "@portolan/core",\n"devDependencies": { "@portolan/test-kit": "1" } }',
      '@portolan/core depends on nothing of ours (@portolan/test-kit)',
    )
  })
})

test('a relative import stays in src', () =>
  breaks(
    'packages/data/src/a.ts',
    "import '../../core/src/index.ts'",
    "a relative import stays inside the package's src (../../core/src/index.ts)",
  ))

describe('tfjs', () => {
  test.each(['packages/core/src/tensor/a.ts', 'packages/data/src/a.mts', 'examples/one/main.ts', 'apps/docs/src/a.tsx', 'scripts/a.mjs'])(
    'not in %s',
    path => breaks(path, "import '@tensorflow/tfjs'", 'only packages/core/src/eager imports tfjs (@tensorflow/tfjs)'),
  )
  test('not in a manifest', () =>
    breaks(
      'packages/data/package.json',
      '{ "name": "@portolan/data",\n"dependencies": { "@tensorflow/tfjs": "1" } }',
      'only @portolan/core depends on tfjs (@tensorflow/tfjs)',
    ))
  test('not in a declaration', () =>
    breaks(
      'packages/core/dist/index.d.ts',
      "\nimport { Tensor } from '@tensorflow/tfjs-core'",
      'a public declaration names types of neither tfjs nor onnxruntime (@tensorflow/tfjs-core)',
    ))
})

describe('onnxruntime', () => {
  test.each(['packages/core/src/eager/a.ts', 'packages/data/src/a.ts', 'examples/one/main.ts', 'apps/docs/src/a.ts'])('not in %s', path =>
    breaks(path, "import 'onnxruntime-common'", 'only packages/export-onnx imports onnxruntime (onnxruntime-common)'),
  )
  test('not in a manifest', () =>
    breaks(
      'packages/data/package.json',
      '{ "name": "@portolan/data",\n"dependencies": { "onnxruntime-web": "1" } }',
      'only @portolan/export-onnx depends on onnxruntime (onnxruntime-web)',
    ))
  test('not in a declaration', () =>
    breaks(
      'packages/export-onnx/dist/node.d.cts',
      "\ndeclare let s: import('onnxruntime-node').InferenceSession",
      'a public declaration names types of neither tfjs nor onnxruntime (onnxruntime-node)',
    ))
})
