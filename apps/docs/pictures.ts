// Draws the guides' diagrams out of Portolan's own ops and sources: node --conditions=@portolan/source --import tsx apps/docs/pictures.ts
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lakeCurve, lakePicture, scenesPicture } from './drawing/agents.ts'
import { holesPicture, noisePicture, schedulesPicture } from './drawing/generated.ts'
import { activations, convolutionPicture, descentPicture } from './drawing/numbers.ts'
import { folderGraph, packageGraph } from './drawing/sources.ts'

/** Each picture's file and how it is drawn. */
export const drawn: Readonly<Record<string, () => string | Promise<string>>> = {
  'activations.svg': activations,
  'gradient-descent.svg': descentPicture,
  'convolution.svg': convolutionPicture,
  'packages.svg': packageGraph,
  'core-folders.svg': folderGraph,
  'diffusion-noise.svg': noisePicture,
  'noise-schedules.svg': schedulesPicture,
  'holes.svg': holesPicture,
  'frozen-lake.svg': lakePicture,
  'frozen-lake-curve.svg': lakeCurve,
  'rl-scenes.svg': scenesPicture,
}
export const pictures = join(import.meta.dirname, 'pictures')

if (process.argv[1] === import.meta.filename) {
  await mkdir(pictures, { recursive: true })
  for (const [file, draw] of Object.entries(drawn)) await writeFile(join(pictures, file), await draw())
}
