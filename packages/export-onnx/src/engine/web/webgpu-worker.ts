import * as ort from 'onnxruntime-web/webgpu'
import { serveHere } from './serve-here.ts'

serveHere(async () => ort)
