import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** Where Chromium is: what CHROMIUM_PATH says, or the first on PATH. */
export function findChromium(): string | undefined {
  const runs = (file: string): boolean => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  }
  const { CHROMIUM_PATH, PATH = '' } = process.env
  if (CHROMIUM_PATH) return CHROMIUM_PATH
  return PATH.split(delimiter)
    .flatMap(folder => names.map(name => join(folder, name)))
    .find(runs)
}

/** Why tests in a browser are skipped where there is none. */
export const noChromium = 'no Chromium: set CHROMIUM_PATH or put chromium on PATH (Debian: apt-get install chromium)'

/** A Chromium without a window; WebGPU may be computed in software. */
export const startChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--disable-gpu-sandbox', '--mute-audio'],
  })
