// One linear model, y = 2x − 1 with noise, fitted in three styles. npx tsx --conditions=@portolan/source examples/linreg/main.ts
import { functional, kerasLike, pytorchLike } from './styles.ts'

for (const [style, fit] of Object.entries({ 'Keras-like': kerasLike, 'PyTorch-like': pytorchLike, functional })) {
  const { weight, bias, testLoss, testError } = await fit()
  console.log(
    `${style.padEnd(12)}  y = ${weight.toFixed(4)}·x ${bias < 0 ? '−' : '+'} ${Math.abs(bias).toFixed(4)}   test MSE ${testLoss.toFixed(5)}, MAE ${testError.toFixed(5)}`,
  )
}
