import { ops } from '../../packages/core/src/ops/index.ts'
import { families, overlookNaN } from './families.ts'
import { functionCases } from './golden-functions.ts'
import { opCases as goldenCases } from './golden-ops.ts'
import { opCases } from './op-cases.ts'

// npm run coverage:ops — how many cases prove each op, method and function: against PyTorch's numbers ('PyTorch'), and eager
// against every engine with derivatives against differences, one column for each table of such cases

const tables = { general: opCases, ...families }
const columns = ['PyTorch', ...Object.keys(tables)]
const counts = new Map<string, Record<string, number>>(Object.keys(ops).map(op => [op, {}]))
const count = (name: string, column: string): void => {
  const entry = counts.get(name) ?? {}
  entry[column] = (entry[column] ?? 0) + 1
  counts.set(name, entry)
}
const golden = [...goldenCases, ...functionCases]
const derived = Object.entries(tables).flatMap(([column, cases]) =>
  Object.entries(cases).map(([name, { once }]) => ({ name, op: name.split('/')[0]!, column, once })),
)
for (const c of golden) count(c.op, 'PyTorch')
for (const c of derived) count(c.op, c.column)

const line = (name: string, cells: (string | number)[]): string => name.padEnd(24) + cells.map(c => String(c).padStart(13)).join('')
const rows = (names: string[]): string[] =>
  names.toSorted().map(name =>
    line(
      name,
      columns.map(c => counts.get(name)![c] ?? ''),
    ),
  )
const records = Object.keys(ops)
const others = [...counts.keys()].filter(name => !records.includes(name))
const exceptions = [
  ...derived.flatMap(({ name, once }) => (once === undefined ? [] : [`${name}: no second derivative compared, ${once}`])),
  ...overlookNaN.map(op => `${op}: NaN among the numbers may be overlooked by onnxruntime`),
]

console.log(
  [
    line('op', columns),
    ...rows(records),
    '',
    line('method or function', columns),
    ...rows(others),
    '',
    `${records.length} ops, ${others.length} methods and functions`,
    `${golden.length} cases against PyTorch + ${derived.length} on every engine with derivatives against differences = ${golden.length + derived.length} cases`,
    `${exceptions.length} exceptions:`,
    ...exceptions.map(e => `  ${e}`),
  ].join('\n'),
)
