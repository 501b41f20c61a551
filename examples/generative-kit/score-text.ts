import type { SampleScores } from './score-samples.ts'

/** Scores as lines to read. */
export const scoreText = ({
  samples,
  confident,
  classShares,
  precision,
  recall,
  frechet,
  nearest,
}: Omit<SampleScores, 'classes'>): string => {
  const percent = (v: number): string => `${(100 * v).toFixed(1)} %`
  return [
    `${samples} samples: the judge is sure of ${percent(confident)}`,
    `digits 0 … 9: ${classShares.map(percent).join(', ')}`,
    `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, Fréchet distance ${frechet.toFixed(3)}`,
    `distance to the nearest training digit: ${nearest.toFixed(3)} of a test digit's`,
  ].join('\n')
}
