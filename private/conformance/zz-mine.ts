import { ready, compile, grad, tensor, zeros, ones, type Tensor } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
await ready()
const attrs = { stride: [1, 1, 1], dilation: [1, 1, 1], groups: 1, pads: [0, 1, 0, 1, 0, 2] }
const x = tensor(Float32Array.from({ length: 72 }, (_, i) => i), [1, 2, 3, 3, 4]), w = tensor(Float32Array.from({ length: 48 }, (_, i) => i), [2, 2, 2, 2, 3])
const f = (x: Tensor, w: Tensor) => x.op('conv', [w], attrs)
const y = f(x, w)
console.log('eager fwd', y.shape, y.dataSync().slice(0, 4))
const which = process.argv[2]
if (which === 'eagerx') console.log(y.op('convInput', [w], { ...attrs, shape: [...x.shape] }).dataSync().slice(0, 4))
if (which === 'eagerw') console.log(x.op('convFilter', [y], { ...attrs, shape: [...w.shape] }).dataSync().slice(0, 4))
for (const lowering of ['portable', 'auto'] as const) {
  const engine = onnx({ threads: 1, lowering })
  if (which === lowering + 'f') console.log(lowering, (await (await compile(f, { engine })(x, w)).data()).slice(0, 4))
  if (which === lowering + 'x') console.log(lowering, (await (await compile((y: Tensor, w: Tensor) => y.op('convInput', [w], { ...attrs, shape: [...x.shape] }), { engine })(y, w)).data()).slice(0, 4))
  if (which === lowering + 'w') console.log(lowering, (await (await compile((x: Tensor, y: Tensor) => x.op('convFilter', [y], { ...attrs, shape: [...w.shape] }), { engine })(x, y)).data()).slice(0, 4))
}
