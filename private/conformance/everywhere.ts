import { compile, type Tensor } from '@portolan/core'
import { close } from '@portolan/test-kit'
import { engines } from './engines.ts'

/** What eager mode gives, after every engine gave the same. */
export async function everywhere(f: (...x: Tensor[]) => Tensor, ...x: Tensor[]): Promise<number[]> {
  const eager = await f(...x).data()
  for (const [name, engine] of Object.entries(engines)) close(await (await compile(f, { engine })(...x)).data(), eager, 1e-5, name)
  return Array.from(eager)
}
