/** Ten bars: how sure the network is of each digit. */
export function guessBars(place: HTMLElement, words: HTMLElement) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = document.createElement('li')
    row.innerHTML = `<span class="digit">${digit}</span><span class="track"><span class="bar"></span></span><span class="part"></span>`
    place.append(row)
    return row
  })
  return (scores: readonly number[] | undefined): void => {
    const best = scores?.indexOf(Math.max(...scores))
    for (const [digit, row] of rows.entries()) {
      const score = scores?.[digit]
      row.classList.toggle('best', digit === best)
      row.querySelector<HTMLElement>('.bar')!.style.transform = `scaleX(${score ?? 0})`
      row.querySelector('.part')!.textContent = score === undefined || score < 0.005 ? '' : `${(100 * score).toFixed(0)} %`
    }
    const text = best === undefined ? '' : `Read as ${best}`
    if (words.textContent !== text) words.textContent = text
  }
}
