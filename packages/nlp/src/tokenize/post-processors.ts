import { made, type Makers, type Part } from './part.ts'

/** A token with the segment it belongs to. */
export interface Placed {
  readonly token: string
  readonly segment: number
  /** Whether it was put in. */
  readonly special: boolean
}
/** Puts special tokens around one text or two. */
export type PostProcessor = (first: readonly string[], second: readonly string[] | undefined) => Placed[]

const texts = (tokens: readonly string[], segment: number): Placed[] => tokens.map(token => ({ token, segment, special: false }))
const special = (token: string, segment = 0): Placed => ({ token, segment, special: true })

const plain: PostProcessor = (first, second) => [...texts(first, 0), ...texts(second ?? [], 1)]

function template(part: Part): PostProcessor {
  const tokens = new Map(
    part.field('special_tokens').missing
      ? []
      : part
          .field('special_tokens')
          .entries()
          .map(([name, p]) => [
            name,
            p
              .field('tokens')
              .list()
              .map(t => t.text()),
          ]),
  )
  const items = (name: string): ((first: readonly string[], second: readonly string[]) => Placed[]) => {
    const all = part
      .field(name)
      .list()
      .map(item => {
        const sequence = item.field('Sequence')
        if (!sequence.missing) {
          const [id, segment] = [sequence.field('id').choice(['A', 'B'], 'A'), sequence.field('type_id').whole(0)]
          return (first: readonly string[], second: readonly string[]) => texts(id === 'A' ? first : second, segment)
        }
        const own = item.field('SpecialToken')
        const [id, segment] = [own.field('id').text(), own.field('type_id').whole(0)]
        const found = tokens.get(id) ?? own.field('id').fail('must be one of special_tokens')
        return () => found.map(token => special(token, segment))
      })
    return (first, second) => all.flatMap(f => f(first, second))
  }
  const [single, pair] = [items('single'), part.field('pair').missing ? undefined : items('pair')]
  return (first, second) => (second ? (pair ?? plain)(first, second) : single(first, []))
}

/** `["[SEP]", 102]` */
const nameOf = (part: Part): string => (part.list()[0] ?? part.fail('must be a token and its number')).text()

const makers: Makers<PostProcessor> = {
  TemplateProcessing: template,
  BertProcessing: part => {
    const [cls, sep] = [nameOf(part.field('cls')), nameOf(part.field('sep'))]
    return (first, second) => [special(cls), ...texts(first, 0), special(sep), ...(second ? [...texts(second, 1), special(sep, 1)] : [])]
  },
  RobertaProcessing: part => {
    const [cls, sep] = [nameOf(part.field('cls')), nameOf(part.field('sep'))]
    return (first, second) => [
      special(cls),
      ...texts(first, 0),
      special(sep),
      ...(second ? [special(sep), ...texts(second, 0), special(sep)] : []),
    ]
  },
  ByteLevel: () => plain,
  Sequence: (part, depth) => {
    const all = part.field('processors').list()
    const acting = all.filter(p => p.field('type').text() !== 'ByteLevel') // which only moves offsets
    if (acting.length > 1) part.field('processors').fail('must hold only one processor that puts in tokens')
    return acting[0] ? made(acting[0], makers, depth) : plain
  },
}

/** What stands around a text. */
export const postProcessorOf = (part: Part): PostProcessor => (part.missing ? plain : made(part, makers))
