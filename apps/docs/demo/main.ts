import type { EngineName, News, Order } from './messages.ts'
import { drawFilters } from './view/filters.ts'
import { guessBars } from './view/guess.ts'
import { pad } from './view/pad.ts'
import { plot } from './view/plot.ts'

const $ = (id: string): HTMLElement => document.querySelector<HTMLElement>(`#${id}`)!
const percent = (v: number): string => `${(100 * v).toFixed(1)} %`
const whole = (v: number): string => v.toLocaleString('en')

const worker = new Worker(new URL('./training/worker.ts', import.meta.url), { type: 'module' })
const ask = (order: Order): void => worker.postMessage(order, [])

const loss = plot($('loss'), { format: v => String(v) })
const accuracy = plot($('accuracy'), { most: 1, format: v => `${Math.round(100 * v)} %` })
const showGuess = guessBars($('guess'), $('read-as'))
const paper = pad($('pad') as HTMLCanvasElement, pixels => {
  $('label').textContent = ''
  ask({ kind: 'draw', pixels })
})

let [steps, running] = [0, false]
let filters: Extract<News, { kind: 'filters' }> | undefined
const showFilters = (): void => {
  if (filters) drawFilters($('filters'), filters.weights, filters.shape)
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showFilters)
const engine = (): EngineName => document.querySelector<HTMLInputElement>('input[name=engine]:checked')!.value as EngineName

function say(text: string, problem = false): void {
  $('note').textContent = text
  $('note').classList.toggle('problem', problem)
}
function count(n: number): void {
  steps = n
  $('step').textContent = whole(n)
  $('loss-now').textContent = loss.mean()?.toFixed(3) ?? ''
  const mean = accuracy.mean()
  $('accuracy-now').textContent = mean === undefined ? '' : percent(mean)
  if (!running) showButton()
}
function showButton(): void {
  $('train').textContent = running ? 'Stop' : steps ? 'Go on' : 'Train'
}

const hear: { [K in News['kind']]: (news: Extract<News, { kind: K }>) => void } = {
  data: ({ name, train, test }) => ($('data').textContent = `${whole(train)} ${name} here (${whole(test)} more to test on)`),
  running({ running: now, stopping }) {
    running = now
    ;($('train') as HTMLButtonElement).disabled = Boolean(stopping)
    if (!now) $('per-second').textContent = '–'
    showButton()
  },
  curves({ curves: { loss: losses, accuracy: accuracies, tests } }) {
    loss.reset(losses)
    accuracy.reset(
      accuracies,
      tests.map(t => ({ step: t.step, value: t.accuracy })),
    )
    $('tested').textContent = tests.length ? percent(tests.at(-1)!.accuracy) : '–'
    if (!losses.length) $('epoch').textContent = '–'
    count(losses.length)
  },
  steps({ loss: losses, accuracy: accuracies, epoch, perSecond }) {
    loss.append(losses)
    accuracy.append(accuracies)
    $('epoch').textContent = whole(epoch)
    $('per-second').textContent = perSecond < 10 ? perSecond.toFixed(1) : whole(Math.round(perSecond))
    count(steps + losses.length)
  },
  tested({ step, accuracy: value }) {
    accuracy.mark(step, value)
    $('tested').textContent = percent(value)
  },
  filters(news) {
    filters = news
    showFilters()
  },
  guess: ({ scores }) => showGuess(scores),
  sample({ pixels, label }) {
    paper.show(pixels)
    $('label').textContent = `It is a ${label}.`
  },
  file({ name, bytes }) {
    const link = document.createElement('a')
    Object.assign(link, { href: URL.createObjectURL(new Blob([bytes])), download: name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    say(`${name}, ${whole(Math.ceil(bytes.length / 1024))} kB.`)
  },
  note: ({ text }) => say(text),
  problem: ({ text }) => say(text, true),
}
worker.addEventListener('message', ({ data }: MessageEvent<News>) => (hear[data.kind] as (news: News) => void)(data))
worker.addEventListener('error', e => say(`Training ended: ${e.message || 'its script could not be loaded'}`, true))

const train = (): void => {
  say('')
  ask(running ? { kind: 'stop' } : { kind: 'train', engine: engine() })
}
const open = (files: readonly File[]): void => {
  say('')
  ask({ kind: 'open', files })
}
const actions: Readonly<Record<string, () => void>> = {
  train,
  'start-over': () => ask({ kind: 'startOver' }),
  clear: () => paper.clear(),
  sample: () => ask({ kind: 'sample' }),
  'save-onnx': () => ask({ kind: 'save', what: 'onnx' }),
  'save-checkpoint': () => ask({ kind: 'save', what: 'checkpoint' }),
  open: () => $('files').click(),
}
for (const [id, act] of Object.entries(actions)) $(id).addEventListener('click', act)
for (const radio of document.querySelectorAll('input[name=engine]'))
  radio.addEventListener('change', () => running && ask({ kind: 'train', engine: engine() }))

const keys: Readonly<Record<string, string>> = { t: 'train', r: 'start-over', c: 'clear', n: 'sample', o: 'open' }
addEventListener('keydown', e => {
  const id = keys[e.key.toLowerCase()]
  if (id === undefined || e.ctrlKey || e.metaKey || e.altKey || e.repeat) return
  $(id).click()
})

const input = $('files') as HTMLInputElement
input.addEventListener('change', () => {
  open([...input.files!])
  input.value = ''
})
const drop = document.querySelector<HTMLElement>('.drop')!
addEventListener('dragover', e => {
  e.preventDefault()
  drop.hidden = false
})
addEventListener('dragleave', e => {
  if (!e.relatedTarget) drop.hidden = true
})
addEventListener('drop', e => {
  e.preventDefault()
  drop.hidden = true
  open([...e.dataTransfer!.files])
})

document.querySelector<HTMLInputElement>('input[value=wasm]')!.checked = true // a reload keeps what was chosen
if (!('gpu' in navigator)) {
  const gpu = document.querySelector<HTMLInputElement>('input[value=webgpu]')!
  gpu.disabled = true
  gpu.parentElement!.title = 'This browser has no WebGPU.'
}
if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('./service-worker.js')
