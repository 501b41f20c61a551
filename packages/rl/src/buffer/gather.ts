/** These rows of a matrix, one behind the other. data: [rows, width] → [rows.length, width] */
export function gather(data: Float32Array | Int32Array, width: number, rows: Uint32Array): Float32Array | Int32Array {
  const made = data instanceof Int32Array ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width)
  for (let i = 0, to = 0; i < rows.length; i++) {
    const from = rows[i]! * width
    for (let k = 0; k < width; k++) made[to++] = data[from + k]!
  }
  return made
}
