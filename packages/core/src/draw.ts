export { confusionPicture, type ConfusionPictureOptions } from './draw/confusion-picture.ts'
export { curves, type CurvesOptions } from './draw/curves.ts'
export { imageGrid, type Caption, type ImageGridOptions, type Picture } from './draw/image-grid.ts'
export { plotModel, type ModelInput, type PlotModelOptions } from './draw/plot-model.ts'
