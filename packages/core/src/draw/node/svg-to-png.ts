import { createRequire } from 'node:module'
import { FormatError } from '../../errors.ts'

/** Options of `svgToPng`. */
export interface PngOptions {
  /** Pixels of the PNG for one of the SVG; 2 unless given, for sharp screens. */
  readonly scale?: number
  /** Further `.ttf` or `.otf` files, for letters that Inter lacks (Chinese, Arabic, …). */
  readonly fonts?: readonly string[]
}

/**
 * Renders SVG to PNG with the font that comes with this package: the same pixels on every machine, with or without fonts of its own.
 * @throws FormatError if it is not SVG.
 * @example
 * const png = await svgToPng(await curves(history), { scale: 1 })
 */
export async function svgToPng(svg: string, { scale = 2, fonts = [] }: PngOptions = {}): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js')
  const require = createRequire(import.meta.url)
  const own = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map(file =>
    require.resolve(`@expo-google-fonts/inter/${file}`),
  )
  try {
    return new Resvg(svg, {
      fitTo: { mode: 'zoom', value: scale },
      font: { loadSystemFonts: false, fontFiles: [...own, ...fonts], defaultFontFamily: 'Inter' },
      logLevel: 'warn',
    })
      .render()
      .asPng()
  } catch (cause) {
    throw new FormatError(`svgToPng: this can't be drawn as SVG: ${String(cause)}`, { cause })
  }
}
