/**
 * Where the time of a step goes: by op, module and line.
 * @packageDocumentation
 */
import './index.ts' // ops need their engine

export { profile, type Origin, type Profile, type ProfileEvent, type ProfileOptions, type ProfileRow } from './profile/profile.ts'
export { profileTable, type ProfileTableOptions } from './profile/profile-table.ts'
export { chromeTrace } from './profile/chrome-trace.ts'
