import * as ort from 'onnxruntime-web/wasm'
import { serveHere } from './serve-here.ts'

serveHere(async () => ort)
