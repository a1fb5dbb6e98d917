export { exp, log, pow } from './math';
export {
  randomGauss,
  randomHasGauss,
  randomIntegers,
  randomKey,
  randomNormal,
  randomPosition,
  randomRestore,
  randomSample,
  randomSeed,
  randomSkipNormal,
} from './random';
