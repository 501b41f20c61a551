import { profile } from './profile.ts'
for (const m of process.argv.slice(2)) console.log(await profile(m as never, { rows: 12 }), '\n')
