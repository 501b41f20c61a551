// Builds the whole site and walks it: links, console, accessibility. PORTOLAN_SHOTS=folder keeps what pages look like.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { drawn, pictures } from '../../apps/docs/pictures.ts'
import { findChromium, noChromium, startChromium } from '../browser/chromium.ts'
import { serveFolder } from '../browser/serve-folder.ts'
import { root } from './pages.ts'

const site = join(root, 'apps/docs/dist/site')
const { PORTOLAN_SHOTS, PORTOLAN_SITE } = process.env

beforeAll(async () => {
  if (PORTOLAN_SITE === 'built') return
  const env = { ...process.env, NODE_ENV: 'production', PORTOLAN_DOCS_QUIET: '1' }
  await promisify(execFile)(process.execPath, [join(root, 'apps/docs/build.mjs')], { cwd: root, env, maxBuffer: 1e8 })
}, 900_000)

const files = (): string[] =>
  readdirSync(site, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.html') && !file.startsWith('demo'))
/** The addresses that a page refers to, as files of the site with what stands behind the hash. */
const references = (file: string, html: string): URL[] =>
  [...html.replaceAll(/<script[\s\S]*?<\/script>/g, '').matchAll(/ (?:href|src)="([^"]+)"/g)]
    .map(([, to]) => new URL(to!.replaceAll('&amp;', '&'), `http://site/${file}`))
    .filter(url => url.host === 'site')

describe('the site', () => {
  it('has no dead link', () => {
    const ids = new Map<string, Set<string>>()
    const idsOf = (path: string): Set<string> => {
      const known = ids.get(path)
      if (known) return known
      const found = new Set([...readFileSync(path, 'utf8').matchAll(/ (?:id|name)="([^"]+)"/g)].map(m => m[1]!))
      ids.set(path, found)
      return found
    }
    const dead = new Set<string>()
    let followed = 0
    for (const file of files())
      for (const url of references(file, readFileSync(join(site, file), 'utf8'))) {
        followed++
        const path = join(site, decodeURIComponent(url.pathname))
        const there = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path
        const hash = decodeURIComponent(url.hash.slice(1))
        if (!existsSync(there) || (hash && there.endsWith('.html') && !idsOf(there).has(hash)))
          dead.add(`${file}: ${url.pathname}${url.hash}`)
      }
    expect(followed).toBeGreaterThan(10_000)
    expect([...dead].slice(0, 20)).toEqual([])
  })

  it.each(Object.entries(drawn))('shows %s as it is drawn now', async (file, draw) => {
    expect(await readFile(join(pictures, file), 'utf8')).toBe(await draw())
  })
})

const executable = findChromium()
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const guides = readdirSync(join(root, 'apps/docs/guides')).map(file => `guides/${file.replace('.md', '.html')}`)
const walked = ['index.html', ...guides, 'layers.html', 'errors.html', 'benchmarks.html', 'examples/mnist-cnn.html', 'api/index.html']

describe.skipIf(!executable)(`a walk${executable ? '' : ` (${noChromium})`}`, () => {
  let [browser, page]: [Browser, Page] = [] as never
  let server: Awaited<ReturnType<typeof serveFolder>>
  const said: string[] = []

  beforeAll(async () => {
    server = await serveFolder(site)
    browser = await startChromium(executable!)
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
    page.setDefaultTimeout(120_000)
    page.on('console', m => ['error', 'warning'].includes(m.type()) && said.push(`${page.url()}: ${m.text()}`))
    page.on('pageerror', e => said.push(`${page.url()}: ${String(e)}`))
    page.on('response', r => r.status() >= 400 && said.push(`${r.url()}: ${r.status()}`))
    if (PORTOLAN_SHOTS) await mkdir(PORTOLAN_SHOTS, { recursive: true })
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  interface Violation {
    readonly id: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
  }
  /** What axe finds; that headings which fold hold a link is TypeDoc's own. */
  const violations = async (): Promise<string[]> => {
    await page.addScriptTag({ path: axe })
    const found = await page.evaluate<Violation[]>(
      `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], rules: { 'nested-interactive': { enabled: !location.pathname.startsWith('/api') } } }).then(r => r.violations)`,
    )
    return found.map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0]!.html.slice(0, 160)} ${nodes[0]!.failureSummary}`)
  }
  const shot = async (name: string): Promise<void> => {
    if (PORTOLAN_SHOTS) await page.screenshot({ path: join(PORTOLAN_SHOTS, `${name.replaceAll('/', '-')}.png`), fullPage: true })
  }

  it.each(walked)(
    '%s is quiet and accessible',
    async path => {
      said.length = 0
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.goto(server.url + path, { waitUntil: 'networkidle' })
      expect.soft(await violations()).toEqual([])
      await shot(path)
      await page.setViewportSize({ width: 390, height: 800 })
      await page.waitForFunction('innerWidth === 390')
      await shot(`phone-${path}`)
      expect.soft(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
      expect(said).toEqual([])
    },
    300_000,
  )

  /** A part that runs in a page, loaded because it is looked at. */
  const live = async (guide: string, name: string) => {
    said.length = 0
    await page.setViewportSize({ width: 1280, height: 900 })
    if (!page.url().endsWith(guide)) await page.goto(server.url + guide, { waitUntil: 'networkidle' })
    const part = page.locator(`[data-live=${name}]`)
    await part.scrollIntoViewIfNeeded()
    const figure = async (of: string): Promise<number> => Number(await part.locator('output').getAttribute(`data-${of}`))
    const press = async (name: string): Promise<void> => {
      const button = part.getByRole('button', { name })
      await vi.waitUntil(() => button.isEnabled(), 60_000)
      await button.press('Enter')
    }
    return { part, figure, press }
  }
  const neuron = 'guides/from-a-neuron-up.html'

  it('trains a network in the page until its loss falls, pauses, and begins anew', async () => {
    const { part, figure, press } = await live(neuron, 'network')
    await press('Start')
    await vi.waitUntil(async () => (await figure('steps')) > 0, 60_000)
    const first = await figure('loss')
    await vi.waitUntil(async () => (await figure('loss')) < first / 2, 120_000)
    await press('Pause')
    const steps = await figure('steps')
    await shot('live-network')
    expect(await figure('steps')).toBe(steps)
    await part.getByLabel('Learning rate').selectOption('0.1')
    expect(await figure('steps')).toBe(0)
    expect(said).toEqual([])
  }, 300_000)

  it('goes down a valley with the rate that is chosen', async () => {
    const { part, figure } = await live(neuron, 'descent')
    await vi.waitUntil(async () => (await figure('loss')) > 0, 60_000)
    expect(await figure('loss')).toBeLessThan(1e-3)
    await part.getByRole('slider').press('End') // 0.28
    expect(await figure('loss')).toBeGreaterThan(100)
    await part.getByRole('slider').press('Home')
    expect(await figure('loss')).toBeCloseTo(3.5, 0)
    expect(said).toEqual([])
  }, 300_000)

  it('slides a kernel that is written by hand', async () => {
    const { part, figure } = await live(neuron, 'convolution')
    await vi.waitUntil(async () => (await part.locator('option').count()) > 3, 60_000)
    await part.getByRole('combobox').selectOption('every edge')
    await part.getByRole('slider').press('Home') // a dark corner without an edge
    expect(await figure('value')).toBeCloseTo(0, 5)
    await part.getByLabel('row 2, column 2').fill('9')
    expect(await figure('value')).toBeCloseTo(0.12, 5)
    await shot('live-convolution')
    expect(said).toEqual([])
  }, 300_000)

  it('learns to cross the lake in the page', async () => {
    const { part, figure, press } = await live('guides/reinforcement-learning.html', 'lake')
    await part.getByLabel('the ice is slippery').uncheck()
    await press('Start')
    await vi.waitUntil(async () => (await figure('share')) > 0.5, 120_000)
    await press('Pause')
    await shot('live-lake')
    await press('Reset')
    expect(await figure('steps')).toBe(0)
    expect(said).toEqual([])
  }, 300_000)

  it('is accessible in the dark, and finds what is looked for', async () => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`${server.url}guides/from-a-neuron-up.html`, { waitUntil: 'networkidle' })
    expect.soft(await violations()).toEqual([])
    await shot('dark')
    await page.keyboard.press('Control+k')
    await page.fill('#localsearch-input', 'early stopping')
    await page.waitForSelector('.result')
    await shot('search')
    await page.keyboard.press('Enter')
    await page.waitForURL(/training-in-depth/)
    await page.emulateMedia({ colorScheme: 'light' })
  }, 300_000)
})
