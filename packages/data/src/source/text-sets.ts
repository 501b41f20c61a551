import { parseLabelled, type LabelledTexts } from '../text/labelled-texts.ts'
import { parseConll, type TaggedSentence } from '../text/parse-conll.ts'
import { parseLines } from '../text/parse-lines.ts'
import { parseParallel, type ParallelTexts } from '../text/parse-parallel.ts'
import { findFile, readText, type Origin, type PlaceOptions } from './find-file.ts'

/** A file of a repository at one commit: it never changes. */
const github = (repository: string, commit: string, path: string, sha256: string): Origin => ({
  url: `https://raw.githubusercontent.com/${repository}/${commit}/${path}`,
  sha256,
})

/**
 * Movie reviews, a sentence each: 5,331 positive (class 1) and 5,331 negative ones; words and marks are separated by spaces.
 *
 * Files `rt-polarity.neg` and `rt-polarity.pos`, from `root`, `$PORTOLAN_DATA/rt-polarity`, or downloaded once. There is no fixed
 * split; ten folds are usual: `kFold(labels, { folds: 10, seed })`.
 *
 * B. Pang, L. Lee, "Seeing stars: Exploiting class relationships for sentiment categorization with respect to rating scales" (2005).
 *
 * @throws FormatError when a file is not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { texts, labels } = await rtPolarity()
 */
export async function rtPolarity(options: PlaceOptions = {}): Promise<LabelledTexts> {
  const of = (name: string, sha256: string): Promise<string[]> =>
    findFile(
      'rt-polarity',
      name,
      options,
      github('dennybritz/cnn-text-classification-tf', '18762b459e21d9c70e5c242f8d43fc4e6db37a0d', `data/rt-polaritydata/${name}`, sha256),
    )
      .then(file => readText(file))
      .then(text =>
        parseLines(text)
          .map(line => line.trim())
          .filter(Boolean),
      )
  const negative = await of('rt-polarity.neg', '2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd')
  const positive = await of('rt-polarity.pos', '4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58')
  const texts = [...negative, ...positive]
  return { texts, labels: Int32Array.from(texts, (_, i) => (i < negative.length ? 0 : 1)), classes: ['negative', 'positive'] }
}

/** Options of `trec`. */
export interface TrecOptions extends PlaceOptions {
  /** The 50 fine classes, such as `NUM:date`, instead of the 6 coarse ones (the default). */
  readonly fine?: boolean
}

/** The coarse classes by their numbers, and SHA-256 of the files as they were published. */
const trecClasses = ['DESC', 'ENTY', 'ABBR', 'HUM', 'LOC', 'NUM'] as const
const trecFiles = {
  'TREC.train.all': 'c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e',
  'TREC.test.all': '92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566',
} as const

/**
 * Questions by what they ask for: 5,452 to train and 500 to test on, in 6 classes or 50 finer ones.
 *
 * Files `TREC.train.all` and `TREC.test.all` (latin1), from `root`, `$PORTOLAN_DATA/trec`, or downloaded once; the fine classes are in
 * `raw/TREC.train` and `raw/TREC.test`, which are not downloaded.
 *
 * X. Li, D. Roth, "Learning Question Classifiers" (2002).
 *
 * @throws FormatError when a file is missing or not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train, test } = await trec()
 */
export async function trec({ fine = false, ...options }: TrecOptions = {}): Promise<{ train: LabelledTexts; test: LabelledTexts }> {
  const coarse = async (name: keyof typeof trecFiles): Promise<LabelledTexts> => {
    const origin = github('harvardnlp/sent-conv-torch', 'd61ded09c99c0199d8c5bca946cd65864de2b296', `data/${name}`, trecFiles[name])
    const file = await findFile('trec', name, options, origin)
    const read = parseLabelled(await readText(file, { encoding: 'latin1' }), { label: file, classes: ['0', '1', '2', '3', '4', '5'] })
    return { ...read, classes: trecClasses }
  }
  const detailed = async (part: string, classes?: readonly string[]): Promise<LabelledTexts> => {
    const file = await findFile('trec', `raw/TREC.${part}`, options)
    return parseLabelled(await readText(file, { encoding: 'latin1' }), { label: file, ...(classes && { classes }) })
  }
  if (!fine) return { train: await coarse('TREC.train.all'), test: await coarse('TREC.test.all') }
  const train = await detailed('train')
  return { train, test: await detailed('test', train.classes) }
}

/**
 * Plays of Shakespeare, 1,115,394 characters of 65 kinds; the first 90 % are to train, the others to validate on.
 *
 * File `input.txt`, from `root`, `$PORTOLAN_DATA/tinyshakespeare`, or downloaded once. A. Karpathy, char-rnn (2015).
 *
 * @throws FormatError when the file is not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train, validation } = await tinyShakespeare()
 */
export async function tinyShakespeare(options: PlaceOptions = {}): Promise<{ train: string; validation: string }> {
  const origin = github(
    'karpathy/char-rnn',
    '6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e',
    'data/tinyshakespeare/input.txt',
    '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
  )
  const text = await readText(await findFile('tinyshakespeare', 'input.txt', options, origin))
  const border = Math.floor(0.9 * text.length)
  return { train: text.slice(0, border), validation: text.slice(border) }
}

/** Options of `multi30k`. */
export interface Multi30kOptions extends PlaceOptions {
  /** From which language; the other one is the target. By default English. */
  readonly source?: 'en' | 'de'
}

/** SHA-256 of the files as they were published. */
const multi30kFiles: Readonly<Record<string, string>> = {
  'train.en.gz': 'd79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f',
  'train.de.gz': '726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6',
  'val.en.gz': '14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28',
  'val.de.gz': 'f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a',
  'test_2016_flickr.en.gz': '611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9',
  'test_2016_flickr.de.gz': '9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8',
}

/**
 * Descriptions of pictures in English and German, not tokenized: 29,000 pairs to train, 1,014 to validate and 1,000 to test on
 * (test_2016_flickr).
 *
 * Files `train.en.gz` and so on, from `root`, `$PORTOLAN_DATA/multi30k_en_de`, or downloaded once.
 *
 * D. Elliott, S. Frank, K. Sima'an, L. Specia, "Multi30K: Multilingual English-German Image Descriptions" (2016).
 *
 * @throws FormatError when a file is not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train, validation, test } = await multi30k({ source: 'en' })
 */
export async function multi30k({ source = 'en', ...options }: Multi30kOptions = {}): Promise<{
  train: ParallelTexts
  validation: ParallelTexts
  test: ParallelTexts
}> {
  const target = source === 'en' ? 'de' : 'en'
  const find = (name: string): Promise<string> =>
    findFile(
      'multi30k_en_de',
      name,
      options,
      github('multi30k/dataset', 'a3d2e0d26b56f3846f66a952536ffed4e401d05a', `data/task1/raw/${name}`, multi30kFiles[name]!),
    )
  const of = async (part: string): Promise<ParallelTexts> => {
    const files = [await find(`${part}.${source}.gz`), await find(`${part}.${target}.gz`)] as const
    return parseParallel(await readText(files[0]), await readText(files[1]), files)
  }
  return { train: await of('train'), validation: await of('val'), test: await of('test_2016_flickr') }
}

/** SHA-256 of the files as they were published. */
const wnut17Files = {
  'wnut17train.conll': '731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5',
  'emerging.dev.conll': 'e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8',
  'emerging.test.annotated': '2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0',
} as const

/**
 * Names of new people, places and things in posts: sentences of tokens with tags such as `B-person`, `I-person`, `O`; 3,394 to
 * train, 1,009 to validate and 1,287 to test on.
 *
 * Files `wnut17train.conll`, `emerging.dev.conll` and `emerging.test.annotated`, from `root`, `$PORTOLAN_DATA/wnut17_ner`, or
 * downloaded once.
 *
 * L. Derczynski et al., "Results of the WNUT2017 Shared Task on Novel and Emerging Entity Recognition" (2017).
 *
 * @throws FormatError when a file is not as it should be; DownloadError when none is found and downloading fails.
 *
 * @example
 * const { train } = await wnut17()
 * console.log(train[0]!.token, train[0]!.tag)
 */
export async function wnut17(
  options: PlaceOptions = {},
): Promise<Record<'train' | 'validation' | 'test', TaggedSentence<'token' | 'tag'>[]>> {
  const of = async (name: keyof typeof wnut17Files): Promise<TaggedSentence<'token' | 'tag'>[]> => {
    const origin = github('leondz/emerging_entities_17', 'e52a2d2a71ac1a051ca2d532eef28653c5c02603', name, wnut17Files[name])
    const file = await findFile('wnut17_ner', name, options, origin)
    return parseConll(await readText(file), { columns: ['token', 'tag'], separator: '\t', label: file })
  }
  return { train: await of('wnut17train.conll'), validation: await of('emerging.dev.conll'), test: await of('emerging.test.annotated') }
}
