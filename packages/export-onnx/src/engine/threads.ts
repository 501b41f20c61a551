import { countNodes, flopsOf, type Graph } from '@portolan/core/engine'

/** Floating-point operations that a graph's nodes must make on average for a second thread to pay. */
const worthSharing = 2 ** 18

/** Floating-point operations of all nodes, those in a loop once. */
const flopsOfAll = (graph: Graph): number =>
  graph.nodes.reduce((sum, node) => sum + flopsOf(node) + (node.op === 'scan' ? flopsOfAll(node.attrs.body) : 0), 0)

/** How many threads should compute a graph: one where its ops are small, since to share them takes longer; else `most`. */
export const threadsFor = (graph: Graph, most: number): number => (flopsOfAll(graph) < worthSharing * countNodes(graph) ? 1 : most)
