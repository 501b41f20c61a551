/** Weights of a first layer, [out, 1, h, w], as small pictures: one colour above 0, another below, stronger the further away. */
export function drawFilters(place: HTMLElement, weights: Float32Array, [count, , height, width]: readonly number[]): void {
  while (place.childElementCount < count!) {
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width, height })
    place.append(canvas)
  }
  const style = getComputedStyle(document.documentElement)
  const rgb = (name: string): number[] => style.getPropertyValue(name).trim().split(' ').map(Number)
  const [above, below, zero] = [rgb('--above'), rgb('--below'), rgb('--zero')]
  const area = width! * height!
  for (const [f, canvas] of [...place.children].entries()) {
    const own = weights.subarray(f * area, (f + 1) * area)
    const most = own.reduce((m, w) => Math.max(m, Math.abs(w)), 1e-9)
    const image = new ImageData(width!, height!)
    own.forEach((w, i) => {
      const [end, part] = [w > 0 ? above : below, Math.abs(w) / most]
      image.data.set([...zero.map((z, c) => z + part * (end[c]! - z)), 255], 4 * i)
    })
    ;(canvas as HTMLCanvasElement).getContext('2d')!.putImageData(image, 0, 0)
  }
}
