// One part of the cases on one provider of Node, in a process of its own: op-runs-node.ts PROVIDER FROM TO prints what came of them.
import type { Provider } from '@portolan/export-onnx'
import { opRuns } from './page/op-runs.ts'

const [provider, from, to] = process.argv.slice(2) as [Provider, string, string]
const runs = await opRuns(provider, Number(from), Number(to))
process.stdout.write(`\n${JSON.stringify(runs)}`, () => process.exit(0)) // the GPU's driver may keep threads
