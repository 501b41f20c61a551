export { box, contains, discrete, sample, sizeOf, type Box, type Discrete, type Element, type Space } from './env/space.ts'
export type { Env, EnvState, Info, ResetOptions, Start, Step } from './env/env.ts'
export { environment, type Dynamics, type Outcome } from './env/environment.ts'
export { timeLimit } from './env/time-limit.ts'
export { recordEpisodes, type Episode } from './env/record-episodes.ts'
export { normalizeObservation } from './env/normalize-observation.ts'
export { frameStack } from './env/frame-stack.ts'
export { vectorize, type VectorEnv, type VectorStart, type VectorStep } from './env/vectorize.ts'
export { cartPole, type TimeLimited } from './env/cart-pole.ts'
export { mountainCar } from './env/mountain-car.ts'
export { pendulum } from './env/pendulum.ts'
export { tabular, type Tabular, type TabularEnv, type Transition, type Transitions } from './env/tabular.ts'
export type { GridMap } from './env/grid.ts'
export { gridWorld, type GridWorldOptions } from './env/grid-world.ts'
export { frozenLake, frozenLakeMap, type FrozenLakeOptions } from './env/frozen-lake.ts'
export { cliffWalking } from './env/cliff-walking.ts'
export { minimax, type Game } from './env/game.ts'
export { ticTacToe, ticTacToeEnv, type TicTacToeOptions, type TicTacToePosition } from './env/tic-tac-toe.ts'
export {
  distances,
  obstacleMap,
  pathMoves,
  pathPlanning,
  type ObstacleMap,
  type ObstacleMapOptions,
  type PathPlanningOptions,
} from './env/path-planning.ts'
export { clear, disc, label, polygon, rectangle, rotated, stroke, type Mark, type Point, type Scene } from './draw/scene.ts'
export { sceneToSvg } from './draw/scene-to-svg.ts'
export { drawScene, type Canvas } from './draw/draw-scene.ts'
export { valueIteration, type Plan, type ValueIterationOptions } from './algorithm/value-iteration.ts'
export { QLearning } from './algorithm/q-learning.ts'
export { Sarsa } from './algorithm/sarsa.ts'
export { TabularLearner, type Experience, type TabularOptions, type TabularState } from './algorithm/tabular-learner.ts'
export { ReplayBuffer, type Field } from './buffer/replay-buffer.ts'
export { RolloutBuffer, type Estimates, type RolloutBufferOptions, type RolloutStep } from './buffer/rollout-buffer.ts'
export { evaluate, type LearnerOptions, type LearnOptions, type Policy } from './algorithm/learner.ts'
export { ActorCritic, Dueling, perceptron, tanhPerceptron } from './algorithm/perceptron.ts'
export { DQN, type DQNOptions, type Experiences } from './algorithm/dqn.ts'
export { RolloutLearner, type Rollout, type RolloutOptions } from './algorithm/rollout-learner.ts'
export { PPO, type PPOOptions } from './algorithm/ppo.ts'
export { A2C, type A2COptions } from './algorithm/a2c.ts'
export { Reinforce, type ReinforceOptions } from './algorithm/reinforce.ts'
export { SAC, type SACOptions } from './algorithm/sac.ts'
export { learningCurve, type CurvePoints, type LearningCurveOptions } from './draw/learning-curve.ts'
export { TreeSearch } from './algorithm/tree-search.ts'
export { AlphaZero, type AlphaZeroOptions, type Judge } from './algorithm/alpha-zero.ts'
export {
  planPaths,
  plannerBatch,
  plannerStep,
  ValueIterationNetwork,
  type PlannerBatch,
  type ValueIterationNetworkOptions,
} from './algorithm/value-iteration-network.ts'
