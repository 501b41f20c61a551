import { lstat, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile, chmod, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FormatError, ShapeError } from '../../errors.ts'
import { decodeSafetensors } from '../safetensors.ts'
import { readSafetensors, writeSafetensors } from './safetensors-file.ts'
import { writeFileAtomic } from './write-file-atomic.ts'

let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'portolan-'))))
afterEach(() => rm(folder, { recursive: true }))

const weight = { dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) } as const

describe('safetensors files', () => {
  it('are read back as they were, and as from bytes', async () => {
    const file = join(folder, 'a.safetensors')
    await writeSafetensors(file, { weight }, { epoch: '2' })
    const back = await readSafetensors(file)
    expect(back).toEqual({ tensors: { weight }, metadata: { epoch: '2' } })
    expect(back).toEqual(decodeSafetensors(await readFile(file)))
  })

  it('name the file when they are broken', async () => {
    const file = join(folder, 'a.safetensors')
    await writeSafetensors(file, { weight })
    for (const size of [0, 5, 20, (await lstat(file)).size - 1]) {
      await truncate(file, size)
      await expect(readSafetensors(file)).rejects.toThrow(FormatError)
      await expect(readSafetensors(file)).rejects.toThrow(file)
      await writeSafetensors(file, { weight })
    }
  })

  it('keep what was there when the tensors are refused', async () => {
    const file = join(folder, 'a.safetensors')
    await writeSafetensors(file, { weight })
    await expect(writeSafetensors(file, { weight: { ...weight, shape: [4] } })).rejects.toThrow(ShapeError)
    expect((await readSafetensors(file)).tensors).toEqual({ weight })
  })
})

describe('writeFileAtomic', () => {
  it('replaces a file and leaves nothing beside it', async () => {
    const file = join(folder, 'x')
    await writeFileAtomic(file, 'first')
    await writeFileAtomic(file, Uint8Array.of(104, 105))
    expect(await readFile(file, 'utf8')).toBe('hi')
    expect(await readdir(folder)).toEqual(['x'])
  })

  it('removes its temporary file and keeps the old one when it fails', async () => {
    const file = join(folder, 'x')
    await mkdir(file) // a folder can't be replaced by a file: the rename fails
    await writeFile(join(file, 'inside'), 'kept')
    await expect(writeFileAtomic(file, 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/)
    expect(await readdir(folder)).toEqual(['x'])
    expect(await readFile(join(file, 'inside'), 'utf8')).toBe('kept')

    // fails while writing, after the temporary file was made
    await writeFile(join(folder, 'y'), 'old')
    await expect(writeFileAtomic(join(folder, 'y'), 3 as unknown as string)).rejects.toThrow(TypeError)
    expect(await readFile(join(folder, 'y'), 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['x', 'y'])
  })

  it('never shows half a file to a reader', async () => {
    const file = join(folder, 'x')
    const texts = ['a', 'b'].map(letter => letter.repeat(1 << 20))
    await writeFileAtomic(file, texts[0]!)
    let writing = true
    const writer = (async () => {
      for (let i = 1; i <= 8; i++) await writeFileAtomic(file, texts[i % 2]!)
      writing = false
    })()
    while (writing) expect(texts).toContain(await readFile(file, 'utf8'))
    await writer
  })

  it.skipIf(process.platform === 'win32')('follows links and keeps permissions', async () => {
    const file = join(folder, 'real')
    await writeFile(file, 'old')
    await chmod(file, 0o600)
    await symlink(file, join(folder, 'link'))
    await writeFileAtomic(join(folder, 'link'), 'new')
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true)
    expect(await readFile(file, 'utf8')).toBe('new')
    expect((await lstat(file)).mode & 0o777).toBe(0o600)
  })
})
