import './index.ts' // ops need their engine

export { writeFileAtomic } from './io/node/write-file-atomic.ts'
export { readSafetensors, writeSafetensors } from './io/node/safetensors-file.ts'
export { fetchCached, DownloadError, type DownloadProgress, type FetchCachedOptions } from './io/node/fetch-cached.ts'
export { cacheFolder } from './io/node/cache-folder.ts'
export { checkpoints, type CheckpointsOptions } from './train/node/checkpoints.ts'
export { loadCheckpoint, type LoadCheckpointOptions } from './train/node/load-checkpoint.ts'
export { csvLogger } from './train/node/csv-logger.ts'
export { jsonlLogger } from './train/node/jsonl-logger.ts'
export { saveWeights, loadWeights } from './io/node/weights-file.ts'
export { savePicture } from './draw/node/save-picture.ts'
export { svgToPng, type PngOptions } from './draw/node/svg-to-png.ts'
