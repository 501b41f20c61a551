/**
 * Parts a text as mteval-v13a does, the way in which BLEU scores are comparable: punctuation by itself, but for what stands in numbers.
 *
 * text → tokens. Post, "A Call for Clarity in Reporting BLEU Scores", 2018.
 * @example
 * tokenize13a('Hello, 3.5%!')                  // ['Hello', ',', '3.5', '%', '!']
 */
export function tokenize13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
  return ` ${plain} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter(token => token)
}
