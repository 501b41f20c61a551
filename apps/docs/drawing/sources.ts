import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { colors, el, faint, svg, text } from './svg.ts'

const packages = join(import.meta.dirname, '../../../packages')

interface Box {
  readonly name: string
  readonly note: string
}

/** Boxes in rows, and arrows from what uses to what is used. */
function layers(title: string, rows: readonly (readonly Box[])[], arrows: readonly (readonly [from: string, to: string])[]): string {
  const [w, h, gapX, gapY, margin] = [148, 52, 18, 58, 20]
  const width = Math.max(...rows.map(r => r.length)) * (w + gapX) - gapX + 2 * margin
  const places = new Map<string, readonly [x: number, y: number]>()
  for (const [i, row] of rows.entries())
    for (const [j, { name }] of row.entries())
      places.set(name, [width / 2 - (row.length * (w + gapX) - gapX) / 2 + j * (w + gapX), margin + i * (h + gapY)])
  const lines = arrows.map(([from, to]) => {
    const [[x1, y1], [x2, y2]] = [places.get(from)!, places.get(to)!]
    const [a, b] = [x1 + w / 2, x2 + w / 2 + Math.max(-50, Math.min(50, (x1 - x2) / 8))]
    const [top, bottom] = [y1 + h, y2 - 6]
    return el('path', {
      d: `M${Math.round(a)} ${top}C${Math.round(a)} ${top + 30} ${Math.round(b)} ${bottom - 30} ${Math.round(b)} ${bottom}`,
      fill: 'none',
      stroke: '#8fa1b0',
      'marker-end': 'url(#arrow)',
    })
  })
  const boxes = rows.flat().map(({ name, note }) => {
    const [x, y] = places.get(name)!
    return [
      el('rect', { x, y, width: w, height: h, rx: 8, fill: '#f3f8fa', stroke: colors[0] }),
      text(x + w / 2, y + 22, name, { 'text-anchor': 'middle', 'font-weight': 600 }),
      text(x + w / 2, y + 39, note, { 'text-anchor': 'middle', fill: faint, 'font-size': 11 }),
    ].join('')
  })
  const arrow = el(
    'defs',
    {},
    el(
      'marker',
      { id: 'arrow', viewBox: '0 0 8 8', refX: 4, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
      el('path', { d: 'M0 0L8 4L0 8z', fill: '#8fa1b0' }),
    ),
  )
  return svg(width, margin * 2 + rows.length * (h + gapY) - gapY, title, [arrow, ...lines, ...boxes])
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !/\.(test|test-d)\.ts$/.test(file))
    .map(file => join(folder, file))
/** What is in each folder of core: a folder that is not here yet does not get drawn before somebody says it. */
const notes: Readonly<Record<string, string>> = {
  autodiff: 'tape and gradients',
  draw: 'pictures as SVG',
  eager: 'ops at once, by tfjs',
  graph: 'trace, passes, compile',
  io: 'safetensors, files',
  loss: 'losses',
  metric: 'metrics',
  nn: 'modules and layers',
  ops: 'shape rules, gradients',
  optim: 'optimizers, schedules',
  profile: 'where time goes',
  random: 'random streams',
  search: 'hyper-parameters',
  tensor: 'tensors, storages',
  train: 'Trainer, callbacks',
}
const packageNotes: Readonly<Record<string, string>> = {
  core: 'tensors to Trainer',
  data: 'sources, loaders',
  'export-onnx': 'engine, export',
  generative: 'models that make',
  layers: 'the catalogue',
  nlp: 'texts, speech, series',
  rl: 'agents',
  vision: 'models that see',
}
const noteOf = (all: Readonly<Record<string, string>>, name: string): string => {
  const note = all[name]
  if (note === undefined) throw new Error(`drawing/sources.ts: say what is in ${name}`)
  return note
}

/** The packages and what each depends on, as their manifests say. */
export function packageGraph(): string {
  const manifests = readdirSync(packages).map(folder => {
    const { name, ...m } = JSON.parse(readFileSync(join(packages, folder, 'package.json'), 'utf8')) as {
      name: string
      private?: boolean
      dependencies?: Record<string, string>
      peerDependencies?: Record<string, string>
    }
    const uses = Object.keys({ ...m.dependencies, ...m.peerDependencies }).filter(n => n.startsWith('@portolan/'))
    return { name: name.replace('@portolan/', ''), uses: uses.map(n => n.replace('@portolan/', '')), hidden: m.private === true }
  })
  const shown = manifests.filter(m => !m.hidden)
  const box = (m: (typeof shown)[number]): Box => ({ name: m.name, note: noteOf(packageNotes, m.name) })
  const rows = [shown.filter(m => m.uses.length > 0), shown.filter(m => m.uses.length === 0)].map(row => row.map(box))
  return layers(
    'The packages and what each depends on',
    rows,
    shown.flatMap(m => m.uses.map(to => [m.name, to] as const)),
  )
}

/** The folders of core and which of them import which, as their sources say; what is two steps away anyway is left out. */
export function folderGraph(): string {
  const src = join(packages, 'core/src')
  const folders = readdirSync(src, { withFileTypes: true })
    .filter(f => f.isDirectory() && f.name !== 'testing')
    .map(f => f.name)
  const uses = new Map(folders.map(name => [name, new Set<string>()]))
  for (const from of folders)
    for (const file of sources(join(src, from)))
      for (const [, path] of readFileSync(file, 'utf8').matchAll(
        /^(?:import|export) (?!type)[^'\n]*from '(\.[^']+)'|^\} from '(\.[^']+)'/gm,
      )) {
        if (path === undefined) continue
        const to = relative(src, join(dirname(file), path)).split('/')[0]!
        if (to !== from && folders.includes(to)) uses.get(from)!.add(to)
      }
  const rank = new Map<string, number>()
  const rankOf = (name: string, seen: readonly string[] = []): number => {
    const known = rank.get(name)
    if (known !== undefined) return known
    const below = [...uses.get(name)!].filter(to => !seen.includes(to))
    const own = 1 + Math.max(-1, ...below.map(to => rankOf(to, [...seen, name])))
    if (seen.length === 0) rank.set(name, own)
    return own
  }
  for (const name of folders) rankOf(name)
  const top = Math.max(...rank.values())
  const rows = Array.from({ length: top + 1 }, (_, i) => folders.filter(name => rank.get(name) === top - i)).filter(r => r.length > 0)
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...uses.get(from)!].some(
      next => rank.get(next)! < rank.get(from)! && !seen.has(next) && (next === to || reaches(next, to, seen.add(next))),
    )
  const arrows = folders.flatMap(from =>
    [...uses.get(from)!]
      .filter(to => rank.get(to)! < rank.get(from)!)
      .filter(to => ![...uses.get(from)!].some(via => via !== to && rank.get(via)! < rank.get(from)! && reaches(via, to)))
      .map(to => [from, to] as const),
  )
  return layers(
    'The folders of core and which import which',
    rows.map(row => row.map(name => ({ name, note: noteOf(notes, name) }))),
    arrows,
  )
}
