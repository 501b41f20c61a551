import { readBytes, readPicture } from '@portolan/data/browser'

/** Left half red, right half transparent; 4 × 2. */
function canvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: 4, height: 2 })
  const context = canvas.getContext('2d')!
  context.fillStyle = 'rgb(255, 0, 51)'
  context.fillRect(0, 0, 2, 2)
  return canvas
}
const file = async (name: string): Promise<File> => {
  const blob = await new Promise<Blob>(done => canvas().toBlob(b => done(b!), 'image/png'))
  return new File([blob], name)
}
const plain = ({ data, shape }: { data: Uint8Array; shape: readonly number[] }) => ({ data: [...data], shape })
const gzip = (bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> =>
  new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()

const message = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work()
    return 'nothing was thrown'
  } catch (error) {
    return String(error)
  }
}

async function pictures() {
  const png = await file('half.png')
  const address = URL.createObjectURL(png)
  const packed = await gzip(Uint8Array.from({ length: 1000 }, (_, i) => i % 7))
  return {
    sources: {
      canvas: plain(await readPicture(canvas())),
      bitmap: plain(await readPicture(await createImageBitmap(canvas()))),
      data: plain(await readPicture(canvas().getContext('2d')!.getImageData(0, 0, 4, 2))),
      file: plain(await readPicture(png)),
      address: plain(await readPicture(address)),
    },
    grey: plain(await readPicture(png, { channels: 1, invert: true })),
    small: plain(await readPicture(png, { width: 2 })),
    bytes: [...(await readBytes(png)).subarray(1, 4)],
    unpacked: [...(await readBytes(new Blob([packed])))],
    errors: [
      await message(() => readPicture(new File(['no picture'], 'words.png'))),
      await message(() => readPicture('/nowhere.png')),
      await message(() => readPicture(png, { width: 0 })),
      await message(() => readPicture(png, { maxPixels: 7 })),
      await message(() => readBytes(new File([packed.slice(0, 20)], 'half.gz'))),
      await message(() => readBytes(new File([packed], 'large.gz'), { maxBytes: 999 })),
    ],
  }
}
export type Pictures = Awaited<ReturnType<typeof pictures>>

Object.assign(globalThis, { pictures })
