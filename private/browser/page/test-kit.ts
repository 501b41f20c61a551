// What the conformance cases need of the test kit, for pages: they read no files.
import type { GoldenCase } from '../../../packages/core/src/testing/golden.ts'
import functions from '../../golden/functions.json' with { type: 'json' }

export * from '../../test-kit/src/numbers.ts'

const files: Readonly<Record<string, unknown>> = { functions }
export const goldenCases = (name: string): GoldenCase[] => (files[name] as { cases: GoldenCase[] }).cases
