import { fromByteCharacters } from './byte-alphabet.ts'
import { made, type Makers, type Part } from './part.ts'
import { patternOf } from './pattern.ts'
import { prependScheme } from './pre-tokenizers.ts'

/** Tokens to what they are in the text; all of it together is the text. */
export type Decoder = (tokens: readonly string[]) => string[]

/** Signs where English has them. */
const cleaned = (text: string): string =>
  [[' .', '.'], [' ?', '?'], [' !', '!'], [' ,', ','], [" ' ", "'"], [" n't", "n't"], [" 'm", "'m"], [' do not', " don't"], [" 's", "'s"], [" 've", "'ve"], [" 're", "'re"]] // prettier-ignore
    .reduce((x, [from, to]) => x.replaceAll(from!, to!), text)

function wordPiece(part: Part): Decoder {
  const [prefix, clean] = [part.field('prefix').text('##'), part.field('cleanup').flag(true)]
  const joined = (token: string, i: number): string =>
    i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
  return tokens => tokens.map((token, i) => (clean ? cleaned(joined(token, i)) : joined(token, i)))
}

function metaspace(part: Part): Decoder {
  const [sign, scheme] = [part.field('replacement').text('▁'), prependScheme(part)]
  return tokens => tokens.map((token, i) => token.replaceAll(sign, i === 0 && scheme !== 'never' ? '' : ' '))
}

function ctc(part: Part): Decoder {
  const [pad, delimiter, clean] = [
    part.field('pad_token').text('<pad>'),
    part.field('word_delimiter_token').text('|'),
    part.field('cleanup').flag(true),
  ]
  return tokens =>
    tokens
      .filter((token, i) => token !== tokens[i - 1])
      .map(token => token.replaceAll(pad, ''))
      .map(token => (clean ? cleaned(token).replaceAll(delimiter, ' ') : token))
      .filter(token => token)
}

/** `<0x00>` and so on to the text of these bytes; each byte that is none is a sign that says so. */
const byteFallback: Decoder = tokens => {
  const out: string[] = []
  let bytes: number[] = []
  const flush = (): void => {
    if (!bytes.length) return
    try {
      out.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)))
    } catch {
      out.push(...bytes.map(() => '\uFFFD'))
    }
    bytes = []
  }
  for (const token of tokens) {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token)
    if (byte) bytes.push(Number.parseInt(byte[1]!, 16))
    else {
      flush()
      out.push(token)
    }
  }
  flush()
  return out
}

function strip(part: Part): Decoder {
  const content = part.field('content').text(' ')
  const [start, stop] = [part.field('start').whole(0), part.field('stop').whole(0)]
  return tokens =>
    tokens.map(token => {
      const all = Array.from(token)
      let from = 0
      while (from < Math.min(start, all.length) && all[from] === content) from++
      let to = all.length
      while (all.length - to < stop && to > from && all[to - 1] === content) to--
      return all.slice(from, to).join('')
    })
}

const makers: Makers<Decoder> = {
  ByteLevel: () => tokens => [fromByteCharacters(tokens)],
  WordPiece: wordPiece,
  Metaspace: metaspace,
  BPEDecoder: part => {
    const suffix = part.field('suffix').text('</w>')
    return tokens => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '))
  },
  CTC: ctc,
  Replace: part => {
    const [pattern, content] = [patternOf(part.field('pattern')), part.field('content').text()]
    return tokens => tokens.map(token => token.replaceAll(pattern, () => content))
  },
  Fuse: () => tokens => [tokens.join('')],
  Strip: strip,
  ByteFallback: () => byteFallback,
  Sequence: (part, depth) => {
    const all = part
      .field('decoders')
      .list()
      .map(p => made(p, makers, depth))
    return tokens => all.reduce<string[]>((x, f) => f(x), [...tokens])
  },
}

/** How tokens become a text again; where a file does not say it, with spaces between. */
export const decoderOf = (part: Part): Decoder => (part.missing ? tokens => [tokens.join(' ')] : made(part, makers))
