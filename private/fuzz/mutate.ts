import type { HostRng } from '@portolan/core'

/** Numbers at which readers go wrong. */
const edges = [
  0n,
  1n,
  2n,
  127n,
  128n,
  255n,
  256n,
  65535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
]

/**
 * A file like one of the seeds, but not quite: some of its bits, bytes, numbers or words changed, parts of it left out, doubled or
 * moved, or joined with another seed. One state of the generator, one file.
 */
export function mutate(rng: HostRng, seeds: readonly Uint8Array[], words: readonly string[]): Uint8Array {
  let bytes = Uint8Array.from(seeds[rng.integer(seeds.length)]!)
  const at = (): number => (bytes.length ? rng.integer(rng.integer(2) ? Math.min(bytes.length, 96) : bytes.length) : 0) // headers count more
  const splice = (from: number, left: number, put: Uint8Array): void => {
    const end = Math.min(bytes.length, from + left)
    const next = new Uint8Array(bytes.length - (end - from) + put.length)
    next.set(bytes.subarray(0, from))
    next.set(put, from)
    next.set(bytes.subarray(end), from + put.length)
    bytes = next
  }
  const ways: (() => void)[] = [
    () => void (bytes.length && (bytes[at()]! ^= 1 << rng.integer(8))),
    () => void (bytes.length && (bytes[at()] = rng.integer(256))),
    () => splice(at(), 1 << rng.integer(8), new Uint8Array()),
    () =>
      splice(
        at(),
        0,
        Uint8Array.from({ length: 1 << rng.integer(7) }, () => rng.integer(256)),
      ),
    () => splice(bytes.length - rng.integer(bytes.length + 1), bytes.length, new Uint8Array()), // cut off
    () => {
      const from = at()
      splice(at(), 0, bytes.slice(from, from + (1 << rng.integer(8))))
    },
    () => {
      const other = seeds[rng.integer(seeds.length)]!
      splice(at(), bytes.length, other.slice(rng.integer(other.length + 1)))
    },
    () => {
      const width = [1, 2, 4, 8][rng.integer(4)]!
      const value = edges[rng.integer(edges.length)]!
      const little = rng.integer(2) === 0
      const put = Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * (little ? i : width - 1 - i))) & 255n))
      splice(at(), width, put)
    },
    () => {
      const word = new TextEncoder().encode(words[rng.integer(words.length)])
      splice(at(), rng.integer(2) ? word.length : 0, word)
    },
    () => {
      // a number of the text becomes another
      const text = Buffer.from(bytes).toString('latin1')
      const found = [...text.slice(0, 4096).matchAll(/\d+/g)]
      const one = found[rng.integer(Math.max(1, found.length))]
      if (one) splice(one.index, one[0].length, new TextEncoder().encode(String(edges[rng.integer(edges.length)])))
    },
  ]
  for (let n = 1 + rng.integer(4); n > 0; n--) ways[rng.integer(ways.length)]!()
  return bytes
}
