import { FormatError } from '@portolan/core'

/** A part of a `tokenizer.json`, read with care: what is not as it should be is named with its place in the file. */
export class Part {
  constructor(
    private readonly value: unknown,
    /** Where it stands: `tokenizer.json: model.vocab`. */
    readonly place: string,
  ) {}

  /** @throws FormatError that names this place. */
  fail(rule: string): never {
    const shown = JSON.stringify(this.value) ?? 'nothing'
    throw new FormatError(`${this.place} ${rule}, got ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}`)
  }
  get missing(): boolean {
    return this.value === undefined || this.value === null
  }
  get raw(): unknown {
    return this.value
  }
  field(name: string): Part {
    const owner =
      typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value) ? this.value : this.fail('must be an object')
    return new Part(Object.hasOwn(owner, name) ? (owner as Record<string, unknown>)[name] : undefined, `${this.place}.${name}`)
  }
  entries(): [string, Part][] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('must be an object')
    return Object.entries(this.value).map(([key, v]) => [key, new Part(v, `${this.place}[${JSON.stringify(key)}]`)])
  }
  list(): Part[] {
    if (!Array.isArray(this.value)) this.fail('must be a list')
    return this.value.map((v: unknown, i) => new Part(v, `${this.place}[${i}]`))
  }
  text(fallback?: string): string {
    if (this.missing && fallback !== undefined) return fallback
    return typeof this.value === 'string' ? this.value : this.fail('must be text')
  }
  flag(fallback: boolean): boolean {
    if (this.missing) return fallback
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false')
  }
  /** A number of a token, or a count: 0 … 2³¹ − 1. */
  whole(fallback?: number): number {
    if (this.missing && fallback !== undefined) return fallback
    const { value } = this
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31
      ? value
      : this.fail('must be a whole number of at least 0')
  }
  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.fail('must be a number')
  }
  choice<T extends string>(names: readonly T[], fallback: T): T {
    const name = this.text(fallback)
    return names.find(n => n === name) ?? this.fail(`must be one of ${names.join(', ')}`)
  }
}

/** How each kind of a part is made; sequences of them may stand in each other a few deep. */
export type Makers<T> = Readonly<Record<string, (part: Part, depth: number) => T>>

/** Makes what a part's `type` says. @throws FormatError that names a type which is not known. */
export function made<T>(part: Part, makers: Makers<T>, depth = 0): T {
  const type = part.field('type').text()
  if (depth > 16) part.fail('must not stand in sequences more than 16 deep')
  if (!Object.hasOwn(makers, type)) part.field('type').fail(`is not supported here. There are ${Object.keys(makers).join(', ')}`)
  return makers[type]!(part, depth + 1)
}
