import { Buffer, load, loadReport, Param, PortolanError, tensor, variables, type LoadOptions, type Variable } from '@portolan/core'
import type { FetchCachedOptions } from '@portolan/core/node'
import type { Classifier } from '../../classify/classifier.ts'
import type { Preprocessing } from '../../classify/preprocessing.ts'
import { under } from '../paths.ts'
import { pretrainedFiles } from './pretrained-files.ts'

/** Options of `loadPretrained`. */
export interface PretrainedOptions extends FetchCachedOptions, Pick<LoadOptions, 'names'> {
  /** Whether the layers with a row for each class are the file's, or stay as they are drawn, for classes of your own; default 'file'. */
  head?: 'file' | 'new'
}

/** A model with published weights, and what happened to each part. */
export interface Pretrained<M> {
  readonly model: M
  /** What was read. */
  readonly files: readonly string[]
  /** Paths that were loaded. */
  readonly loaded: readonly string[]
  /** Paths of a new head, which were not. */
  readonly fresh: readonly string[]
  /** Names of the file that this model has no place for: the head of one without top, auxiliary heads of one without them. */
  readonly left: readonly string[]
  /** What the weights want to be done to pictures: as the folder says, or else as the model does. */
  readonly preprocessing: Preprocessing
  /** Names of the classes, if the folder tells them. */
  readonly labels: readonly string[] | undefined
}

/**
 * Puts published weights into a model, strictly: from a `.safetensors` file, a folder as of the Hugging Face Hub (`config.json`
 * with `model.safetensors` or its parts), or an HTTPS address, which is fetched once and needs a checksum. Nothing changes unless everything fits.
 *
 * Parts that the model does not have (its top, auxiliary heads) are left in the file; anything else that one side lacks is an error.
 * @throws PortolanError that lists what is missing, unexpected or misshapen, and says what would help; FormatError for a damaged
 * file; DownloadError if nothing comes.
 * @example
 * const { model, labels } = await loadPretrained(uninitialized(() => new ResNet(50)), 'models/resnet50')
 * await loadPretrained(new ResNet(50, { numClasses: 5 }), 'resnet50.safetensors', { head: 'new' })
 */
export async function loadPretrained<M extends Classifier>(
  model: M,
  source: string,
  { head = 'file', names, ...fetching }: PretrainedOptions = {},
): Promise<Pretrained<M>> {
  const { tensors, files, config } = await pretrainedFiles(source, fetching)
  const state = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, tensor(t.data, t.shape, t.dtype)]))
  const own = [...variables(model, [Param, Buffer]).keys()]
  const absent = model.top.filter(part => !own.some(path => under([part], path)))
  const fresh = head === 'new' ? own.filter(path => under(model.classLayers, path)) : []
  const ours = (name: string): string | undefined =>
    typeof names === 'function' ? names(name) : names && Object.hasOwn(names, name) ? names[name] : name
  const isLeft = (path: string): boolean => under(absent, path) || (head === 'new' && under(model.classLayers, path))
  const options = {
    names: (name: string) => {
      const path = ours(name)
      return path === undefined || isLeft(path) ? undefined : path
    },
    only: (path: string, v: Variable) => (v instanceof Param || v instanceof Buffer) && !fresh.includes(path),
  }
  try {
    load(model, state, options)
  } catch (error) {
    if (error instanceof PortolanError) error.message = `loadPretrained: ${source}: ${error.message}${hint(model, state, options)}`
    throw error
  }
  return {
    model,
    files,
    loaded: own.filter(path => !fresh.includes(path)),
    fresh,
    left: Object.keys(state).filter(name => isLeft(ours(name) ?? '')),
    preprocessing: config?.preprocessing ?? model.preprocessing,
    labels: config?.labels,
  }
}

/** What may be meant where a file does not fit. */
function hint(model: Classifier, state: Parameters<typeof loadReport>[1], options: LoadOptions): string {
  const { missing, unexpected, misshapen } = loadReport(model, state, options)
  const rows = misshapen.filter(m => under(model.classLayers, m.path))
  if (rows.length && rows.length === misshapen.length && !missing.length)
    return `\nThe file is for ${rows[0]!.received[0]} classes, the model for ${model.numClasses}: pass { head: 'new' } to keep the model's own last layer, or numClasses: ${rows[0]!.received[0]} to the model.`
  const prefix = unexpected.map(name => name.slice(0, name.indexOf('.') + 1)).find(p => p && unexpected.includes(p + missing[0]!))
  if (prefix) return `\nThe file's names begin with ${prefix}: pass { names: name => name.replace('${prefix}', '') }.`
  if (unexpected.includes('patch_embed.proj.weight')) return '\nThe file is of timm: pass { names: timmVisionTransformer }.'
  return ''
}
