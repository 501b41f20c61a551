import { renderToString } from 'katex'
import { defineConfig } from 'vitepress'

const guide = (text: string, page: string) => ({ text, link: `/guides/${page}` })

/** The site: guides and reference pages of this folder; the API's pages and the demo are built beside them into its output. */
export default defineConfig({
  title: 'Portolan',
  description: 'Deep learning for TypeScript: train at native speed in Node or the browser, ship one ONNX file.',
  lang: 'en',
  base: process.env.PORTOLAN_SITE_BASE ?? '/',
  srcDir: '.',
  srcExclude: ['demo/**', 'dist/**', 'node_modules/**'],
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  cleanUrls: false,
  lastUpdated: false,
  // parts of pages run the packages' sources
  vite: { resolve: { conditions: ['@portolan/source'] } },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.PORTOLAN_SITE_BASE ?? '/'}icon.svg` }]],
  // The API's pages and the demo come after this build; private/docs/site.test.ts follows every link of the whole.
  ignoreDeadLinks: [/^\/(api|demo)\//],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: md => {
      // links that hold in the repository: to what is measured, and to files that are no pages
      md.core.ruler.push('repository-links', ({ tokens }) => {
        for (const token of tokens.flatMap(t => t.children ?? []).filter(t => t.type === 'link_open')) {
          const href = token.attrGet('href') ?? ''
          const [, example] = /examples\/([\w-]+)\/RESULTS\.md$/.exec(href) ?? []
          if (example) token.attrSet('href', `/examples/${example}`)
          else if (href.endsWith('private/bench/RESULTS.md')) token.attrSet('href', '/benchmarks')
          else if (href.endsWith('CONTRIBUTING.md')) token.attrSet('href', '/contributing')
        }
      })
      const fence = md.renderer.rules.fence!
      md.renderer.rules.fence = (tokens, i, ...rest) => {
        const token = tokens[i]!
        const { info, content } = token
        if (info.trim() === 'output') {
          token.info = 'txt'
          return `<div class="output">${fence(tokens, i, ...rest)}</div>`
        }
        if (info.trim() !== 'math') return fence(tokens, i, ...rest)
        return `<div class="math" tabindex="0" v-pre>${renderToString(content, { displayMode: true, output: 'mathml' })}</div>`
      }
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Guides', link: '/guides/first-model', activeMatch: '/guides/' },
      { text: 'API', link: '/api/index.html', target: '_self' },
      { text: 'Demo', link: '/demo/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'Learn',
        items: [
          guide('Your first model', 'first-model'),
          guide('From a neuron up', 'from-a-neuron-up'),
          guide('Recurrence and attention', 'recurrence-and-attention'),
          guide('Training in depth', 'training-in-depth'),
        ],
      },
      {
        text: 'Work with',
        items: [
          guide('Data', 'data'),
          guide('Vision', 'vision'),
          guide('Text', 'text'),
          guide('Generating', 'generating'),
          guide('Reinforcement learning', 'reinforcement-learning'),
        ],
      },
      {
        text: 'Ship',
        items: [guide('Export and deployment', 'export-and-deployment'), guide('Performance', 'performance')],
      },
      {
        text: 'Portolan itself',
        items: [
          guide('From PyTorch, Keras, tfjs', 'coming-from'),
          guide('Adding an op, a layer, a model', 'adding-parts'),
          guide('Architecture', 'architecture'),
        ],
      },
      {
        text: 'Reference',
        items: [
          guide('Systems', 'systems'),
          { text: 'Benchmarks', link: '/benchmarks' },
          { text: 'Layers', link: '/layers' },
          { text: 'Errors', link: '/errors' },
          { text: 'Ops and providers', link: '/op-providers' },
          { text: 'Contributing', link: '/contributing' },
          { text: 'API', link: '/api/index.html', target: '_self' },
        ],
      },
    ],
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
