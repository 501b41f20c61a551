/** Okabe and Ito's palette, which the common forms of colour blindness tell apart; its yellow is too light for lines on white. */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const

export const ink = '#1f2933'
export const faint = '#6b7785'
export const wrong = '#c8102e'
export const font = 'Inter, Segoe UI, Helvetica, Arial, sans-serif'

/** About how wide a line of Inter is, in pixels, rather too much than too little: pictures are drawn without a screen to measure on. */
export function textWidth(text: string, size: number): number {
  let em = 0
  for (const letter of text)
    em += /[ iljtfrI.,:;'|!()[\]-]/.test(letter)
      ? 0.34
      : /[mwMW@%→]/.test(letter)
        ? 0.95
        : /[A-Z]/.test(letter)
          ? 0.72
          : /\d/.test(letter)
            ? 0.63
            : letter > '\u2e7f'
              ? 1
              : 0.6
  return em * size
}

/** Text as it stands in SVG. */
export const escape = (text: string): string => text.replace(/[&<>"]/g, letter => `&#${letter.charCodeAt(0)};`)
