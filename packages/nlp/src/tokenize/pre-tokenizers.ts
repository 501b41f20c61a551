import { gpt2Pattern, toByteCharacters } from './byte-alphabet.ts'
import { made, type Makers, type Part } from './part.ts'
import { behaviors, escaped, patternOf, splitBy, wordCharacters } from './pattern.ts'

/** Parts a text into words; `first` says whether it stands at the very beginning. */
export type PreTokenizer = (text: string, first: boolean) => string[]

const punctuation = /[!-/:-@[-`{-~\p{P}]/gu
const whitespace = /\s+/gu

function byteLevel(part: Part): PreTokenizer {
  const [prefix, parted] = [part.field('add_prefix_space').flag(true), part.field('use_regex').flag(true)]
  return text => {
    const x = prefix && !text.startsWith(' ') ? ` ${text}` : text
    return (parted ? (x.match(gpt2Pattern) ?? []) : [x]).map(toByteCharacters)
  }
}

/** How a file says whether a sign stands before the first word. */
export function prependScheme(part: Part): 'always' | 'first' | 'never' {
  return part.field('prepend_scheme').choice(['always', 'first', 'never'], part.field('add_prefix_space').flag(true) ? 'always' : 'never')
}

function metaspace(part: Part): PreTokenizer {
  const sign = part.field('replacement').text('▁')
  const [scheme, parted] = [prependScheme(part), part.field('split').flag(true)]
  const pattern = new RegExp(escaped(sign), 'gu')
  return (text, first) => {
    const x = text.replaceAll(' ', sign)
    const whole = !x.startsWith(sign) && (scheme === 'always' || (scheme === 'first' && first)) ? sign + x : x
    return parted ? splitBy(whole, pattern, 'MergedWithNext') : [whole]
  }
}

const makers: Makers<PreTokenizer> = {
  BertPreTokenizer: () => text => splitBy(text, whitespace, 'Removed').flatMap(word => splitBy(word, punctuation, 'Isolated')),
  ByteLevel: byteLevel,
  Whitespace: () => {
    const pattern = new RegExp(`[${wordCharacters}]+|[^${wordCharacters}\\s]+`, 'gu')
    return text => text.match(pattern) ?? []
  },
  WhitespaceSplit: () => text => splitBy(text, whitespace, 'Removed'),
  Metaspace: metaspace,
  Split: part => {
    const pattern = patternOf(part.field('pattern'))
    const [behavior, invert] = [part.field('behavior').choice(behaviors, 'Isolated'), part.field('invert').flag(false)]
    return text => splitBy(text, pattern, behavior, invert)
  },
  Punctuation: part => {
    const behavior = part.field('behavior').choice(behaviors, 'Isolated')
    return text => splitBy(text, punctuation, behavior)
  },
  Digits: part => {
    const behavior = part.field('individual_digits').flag(false) ? 'Isolated' : 'Contiguous'
    return text => splitBy(text, /\p{N}/gu, behavior)
  },
  CharDelimiterSplit: part => {
    const pattern = new RegExp(escaped(part.field('delimiter').text()), 'gu')
    return text => splitBy(text, pattern, 'Removed')
  },
  FixedLength: part => {
    const length = part.field('length').whole(5)
    if (!length) part.field('length').fail('must be at least 1')
    return text => {
      const all = Array.from(text)
      return Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length).join(''))
    }
  },
  Sequence: (part, depth) => {
    const all = part
      .field('pretokenizers')
      .list()
      .map(p => made(p, makers, depth))
    return (text, first) => all.reduce((words, f) => words.flatMap((word, i) => f(word, first && i === 0)), [text])
  },
}

/** How a text is parted into words. */
export const preTokenizerOf = (part: Part): PreTokenizer => (part.missing ? text => (text ? [text] : []) : made(part, makers))
