// A service that reads handwritten digits: what is trained here once is an ONNX file that answers over HTTP.
import { setTimeout as wait } from 'node:timers/promises'
import { Command } from 'commander'
import { app } from './app.ts'
import { digitModel } from './digit-model.ts'

const options = new Command('node examples/service/main.ts')
  .description('Reads digits over HTTP: curl --data-binary @seven.png -H "content-type: image/png" http://127.0.0.1:8080/digits')
  .option('--model <file>', 'the exported model; trained first if it is not there', 'out/service/digits.onnx')
  .option('--host <address>', 'where it listens', '127.0.0.1')
  .option('--port <n>', 'where it listens', Number, 8080)
  .option('--threads <n>', 'threads that compute one batch', Number, 1)
  .option('--grace <ms>', 'how long it still takes what is on its way when it is told to end', Number, 500)
  .parse()
  .opts<{ model: string; host: string; port: number; threads: number; grace: number }>()

const model = await digitModel(options.model, options.threads)
const server = await app({ model })
const address = await server.listen({ host: options.host, port: options.port })
console.log(`Reads digits at ${address}/digits (Ctrl+C ends it)`)

// What was asked is still answered: connections that the system has taken and Node has not seen yet would be reset by a close at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void wait(options.grace)
      .then(() => server.close())
      .then(() => model.dispose())
      .then(() => console.log('Stopped.'))
  })
