import { Conv2d, DoubleConv, heNormal, Module, RangeError, ShapeError, UNetDown, UNetUp, type Tensor } from '@portolan/core'
import { initialize } from '../classify/initialize.ts'

/** Options of `UNet`. */
export interface UNetOptions {
  /** What each pixel may be. */
  numClasses: number
  /** Channels of the picture; default 3. */
  inChannels?: number
  /** Channels of the first stage; each of the four further down has twice as many. Default 64, the paper's. */
  width?: number
  /** Whether maps are stretched on the way up, and not convolved; default false. */
  bilinear?: boolean
}

class OutConv extends Module {
  readonly conv: Conv2d
  constructor(inChannels: number, outChannels: number) {
    super()
    this.conv = new Conv2d(inChannels, outChannels, 1)
  }
  forward(x: Tensor): Tensor {
    return this.conv.forward(x)
  }
}

/**
 * A U-Net: four steps down, four up, each beside what was seen at its size on the way down. With padding and batch norms, which the
 * paper had not, so that the answer is as large as the picture.
 *
 * x: [n, inChannels, h, w], h and w from 16 on → scores [n, numClasses, h, w]. 31,037,698 parameters with two classes.
 * Parameters: inc, down1 … down4, up1 … up4, outc.
 * Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015.
 * @throws RangeError for numClasses and width, ShapeError for smaller pictures.
 * @example
 * const classes = new UNet({ numClasses: 11, width: 16 }).forward(image).argMax(1)   // [n, h, w]
 */
export class UNet extends Module {
  readonly inc: DoubleConv
  readonly down1: UNetDown
  readonly down2: UNetDown
  readonly down3: UNetDown
  readonly down4: UNetDown
  readonly up1: UNetUp
  readonly up2: UNetUp
  readonly up3: UNetUp
  readonly up4: UNetUp
  readonly outc: OutConv
  constructor({ numClasses, inChannels = 3, width: w = 64, bilinear = false }: UNetOptions) {
    super()
    for (const [name, v] of Object.entries({ numClasses, inChannels, width: w }))
      if (!(Number.isInteger(v) && v > 0)) throw new RangeError(`UNet: ${name} must be a whole number of at least 1, got ${v}`)
    const part = bilinear ? 2 : 1 // what is stretched keeps its channels, so that one step earlier has half
    this.inc = new DoubleConv(inChannels, w)
    this.down1 = new UNetDown(w, 2 * w)
    this.down2 = new UNetDown(2 * w, 4 * w)
    this.down3 = new UNetDown(4 * w, 8 * w)
    this.down4 = new UNetDown(8 * w, (16 * w) / part)
    this.up1 = new UNetUp(16 * w, (8 * w) / part, { bilinear })
    this.up2 = new UNetUp(8 * w, (4 * w) / part, { bilinear })
    this.up3 = new UNetUp(4 * w, (2 * w) / part, { bilinear })
    this.up4 = new UNetUp(2 * w, w, { bilinear })
    this.outc = new OutConv(w, numClasses)
    initialize(this, Conv2d, heNormal())
  }
  /** x: [n, inChannels, h, w], h and w from 16 on → class scores of each pixel [n, classes, h, w] */
  forward(x: Tensor): Tensor {
    if (x.shape.length !== 4 || x.shape[2]! < 16 || x.shape[3]! < 16)
      throw new ShapeError(`UNet: the input must be [n, c, h, w] with h and w of 16 at least, got [${x.shape}]`)
    const x1 = this.inc.forward(x)
    const x2 = this.down1.forward(x1)
    const x3 = this.down2.forward(x2)
    const x4 = this.down3.forward(x3)
    const up = this.up1.forward(this.down4.forward(x4), { skip: x4 })
    const up2 = this.up2.forward(up, { skip: x3 })
    return this.outc.forward(this.up4.forward(this.up3.forward(up2, { skip: x2 }), { skip: x1 }))
  }
}
