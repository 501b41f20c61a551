export { exportSampler } from './export-sampler.ts'
export { Film } from './film.ts'
export { gallery } from './gallery.ts'
