import { HostRng } from '@portolan/core'

/** Sentences of a small grammar, so many characters of them: what can be learned of it is how it spells and what follows what. */
export function nonsense(seed: number, length: number): string {
  const rng = new HostRng(seed)
  const one = (list: readonly string[]): string => list[rng.integer(list.length)]!
  const noun = (): string => one(['cat', 'dog', 'king', 'moon', 'river', 'old man'])
  const part = (): string =>
    `the ${one(['', '', 'quiet ', 'red ', 'tired '])}${noun()} ${one(['sees', 'follows', 'calls', 'forgets'])} the ${noun()}`
  let text = ''
  while (text.length < length) text += `${part()}${one(['', '', ` and ${part()}`, ` while ${part()}`])}${one(['.', '.', '!', '?'])}\n`
  return text.slice(0, length)
}
