import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { FormatError, PortolanError, RangeError, type HostTensor } from '@portolan/core'
import { fetchCached, readSafetensors, type FetchCachedOptions } from '@portolan/core/node'
import type { Preprocessing } from '../../classify/preprocessing.ts'

/** What a folder of the Hugging Face Hub says of a model, in the words of timm or of transformers. */
export interface PretrainedConfig {
  readonly numClasses: number | undefined
  readonly labels: readonly string[] | undefined
  readonly preprocessing: Preprocessing | undefined
}
export interface PretrainedFiles {
  readonly tensors: Record<string, HostTensor>
  readonly files: readonly string[]
  readonly config: PretrainedConfig | undefined
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function json(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (cause) {
    throw new FormatError(`${file}: is no JSON (${(cause as Error).message}).`, { cause })
  }
  throw new FormatError(`${file}: must hold an object at byte 0.`)
}

/** Every tensor of a `.safetensors` file, of a folder with one or several of them, or of a file that is fetched first. */
export async function pretrainedFiles(source: string, options: FetchCachedOptions): Promise<PretrainedFiles> {
  if (/^https?:/.test(source)) {
    const file = await fetchCached(source, { folder: 'weights', maxBytes: 2 ** 32, ...options })
    return { tensors: (await readSafetensors(file)).tensors, files: [file], config: undefined }
  }
  if (/\.(pth?|bin|ckpt|tar)$/.test(source))
    throw new RangeError(
      `loadPretrained: ${source} is a pickle, which can run any program; only .safetensors are read. Convert it in Python: safetensors.torch.save_file(torch.load(…), 'model.safetensors')`,
    )
  if (!(await stat(source)).isDirectory()) return { tensors: (await readSafetensors(source)).tensors, files: [source], config: undefined }
  const files = await weightFiles(source)
  const tensors: Record<string, HostTensor> = Object.create(null) as Record<string, HostTensor>
  for (const file of files)
    for (const [name, t] of Object.entries((await readSafetensors(file)).tensors)) {
      if (tensors[name]) throw new FormatError(`${file}: "${name}" stands in another file of the folder too.`)
      tensors[name] = t
    }
  const configFile = join(source, 'config.json')
  return { tensors, files, config: (await exists(configFile)) ? readConfig(await json(configFile), configFile) : undefined }
}

/** `model.safetensors`, or the parts that an index names. */
async function weightFiles(folder: string): Promise<string[]> {
  const whole = join(folder, 'model.safetensors')
  if (await exists(whole)) return [whole]
  const index = join(folder, 'model.safetensors.index.json')
  if (!(await exists(index)))
    throw new PortolanError(`loadPretrained: ${folder} has neither model.safetensors nor model.safetensors.index.json.`)
  const { weight_map: map } = await json(index)
  const names = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : []
  if (!names.length || !names.every(name => typeof name === 'string' && name.endsWith('.safetensors') && name === basename(name)))
    throw new FormatError(`${index}: weight_map must name .safetensors files of this folder.`)
  return (names as string[]).map(name => join(folder, name))
}

const numbers = (x: unknown, file: string, name: string): readonly number[] => {
  if (Array.isArray(x) && x.length && x.every(v => typeof v === 'number' && Number.isFinite(v))) return x as number[]
  throw new FormatError(`${file}: ${name} must be numbers, got ${JSON.stringify(x)}.`)
}

function readConfig(config: Record<string, unknown>, file: string): PretrainedConfig {
  const names = config['id2label'] ?? config['label_names']
  const labels =
    typeof names === 'object' && names !== null
      ? Object.entries(names)
          .toSorted(([a], [b]) => Number(a) - Number(b))
          .map(([, name]) => String(name))
      : undefined
  const count = config['num_classes'] ?? config['num_labels'] ?? labels?.length
  if (count !== undefined && !Number.isInteger(count))
    throw new FormatError(`${file}: num_classes must be a whole number, got ${JSON.stringify(count)}.`)
  const cfg = config['pretrained_cfg'] as Record<string, unknown> | undefined
  if (!cfg) return { numClasses: count as number | undefined, labels, preprocessing: undefined }
  const crop = numbers(cfg['input_size'] ?? [3, 224, 224], file, 'pretrained_cfg.input_size').at(-1)!
  const share = typeof cfg['crop_pct'] === 'number' && cfg['crop_pct'] > 0 ? cfg['crop_pct'] : 1
  return {
    numClasses: count as number | undefined,
    labels,
    preprocessing: {
      resize: Math.floor(crop / share),
      crop,
      interpolation: cfg['interpolation'] === 'bicubic' ? 'bicubic' : 'bilinear',
      mean: numbers(cfg['mean'], file, 'pretrained_cfg.mean'),
      std: numbers(cfg['std'], file, 'pretrained_cfg.std'),
    },
  }
}
