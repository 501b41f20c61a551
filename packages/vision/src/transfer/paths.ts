/** Whether a path is one of these, or below one. */
export const under = (prefixes: readonly string[], path: string): boolean => prefixes.some(p => path === p || path.startsWith(`${p}.`))
