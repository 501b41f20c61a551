import type { OrtModule } from '../platform.ts'
import { serveHere } from './serve-here.ts'

// Import maps are not for workers: the page says where onnxruntime is.
serveHere(({ module }) => import(/* @vite-ignore */ /* webpackIgnore: true */ module!) as Promise<OrtModule>)
