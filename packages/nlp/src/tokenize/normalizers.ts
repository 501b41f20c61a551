import { toByteCharacters } from './byte-alphabet.ts'
import { made, type Makers, type Part } from './part.ts'
import { patternOf } from './pattern.ts'
import { precompiled } from './precompiled.ts'

export type Normalizer = (text: string) => string

/** The blocks of CJK characters that BERT parts one by one. */
const ideographs =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu

/** Devlin et al.'s: what is no text goes, white space becomes spaces, CJK characters stand apart, accents go, letters become small. */
function bert(part: Part): Normalizer {
  const clean = part.field('clean_text').flag(true)
  const apart = part.field('handle_chinese_chars').flag(true)
  const lowercase = part.field('lowercase').flag(true)
  const accents = part.field('strip_accents').flag(lowercase)
  return text => {
    let x = text
    if (clean) x = x.replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\uFFFD]/gu, '').replaceAll(/[\t\n\r\p{Zs}\u2028\u2029]/gu, ' ')
    if (apart) x = x.replaceAll(ideographs, ' $& ')
    if (accents) x = x.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
    return lowercase ? x.toLowerCase() : x
  }
}

function strip(part: Part): Normalizer {
  const [left, right] = [part.field('strip_left').flag(true), part.field('strip_right').flag(true)]
  return text => (left ? (right ? text.trim() : text.trimStart()) : right ? text.trimEnd() : text)
}

const makers: Makers<Normalizer> = {
  BertNormalizer: bert,
  NFC: () => text => text.normalize('NFC'),
  NFD: () => text => text.normalize('NFD'),
  NFKC: () => text => text.normalize('NFKC'),
  NFKD: () => text => text.normalize('NFKD'),
  Lowercase: () => text => text.toLowerCase(),
  Strip: strip,
  StripAccents: () => text => text.replaceAll(/\p{M}/gu, ''),
  Replace: part => {
    const [pattern, content] = [patternOf(part.field('pattern')), part.field('content').text()]
    return text => text.replaceAll(pattern, () => content)
  },
  Prepend: part => {
    const before = part.field('prepend').text()
    return text => (text ? before + text : text)
  },
  ByteLevel: () => toByteCharacters,
  Precompiled: precompiled,
  Sequence: (part, depth) => {
    const all = part
      .field('normalizers')
      .list()
      .map(p => made(p, makers, depth))
    return text => all.reduce((x, f) => f(x), text)
  },
}

/** What is done to a text first. */
export const normalizerOf = (part: Part): Normalizer => (part.missing ? text => text : made(part, makers))
