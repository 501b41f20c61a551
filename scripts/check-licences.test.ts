import { expect, it } from 'vitest'
import { unknown } from './check-licences.mjs'

it('names what nobody has looked at, and only that', () => {
  const versions = ['1.0.0']
  expect(
    unknown({
      MIT: [{ name: 'a', versions }],
      'GPL-3.0': [{ name: 'b', versions }],
      'LGPL-3.0-or-later': [
        { name: '@img/sharp-libvips-linux-x64', versions },
        { name: 'c', versions },
      ],
      Unknown: [{ name: 'd', versions }],
    }),
  ).toEqual(['b@1.0.0: GPL-3.0', 'c@1.0.0: LGPL-3.0-or-later', 'd@1.0.0: Unknown'])
})
