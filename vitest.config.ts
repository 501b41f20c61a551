import { defineConfig } from 'vitest/config'

/** Tests run on the sources, through the packages' source condition: nothing is built first. */
const conditions = ['@portolan/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['scripts/*.test.ts', 'packages/*/src/**/*.test.ts', 'private/*/**/*.test.ts', 'examples/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--expose-gc', '--conditions=@portolan/source'],
    testTimeout: 120_000,
  },
})
