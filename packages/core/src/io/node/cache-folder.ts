import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder for what was downloaded: `PORTOLAN_CACHE` if that is set, else `portolan` in the user's cache folder, which is
 * `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows and `XDG_CACHE_HOME` or `~/.cache` elsewhere.
 *
 * @example
 * const weights = join(cacheFolder(), 'weights')
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env.PORTOLAN_CACHE) return env.PORTOLAN_CACHE
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'portolan')
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'portolan', 'Cache')
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'portolan')
}
