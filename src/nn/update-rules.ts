/** Update rules: the hyperparameters that their kernels (src/kernels/assembly/update.ts) read in each step. */
import type { Settings, UpdateRule } from '../config/schema.ts';
import { pow } from '../kernels/base.ts';

export interface Rule {
  /** Its number in the kernels. */
  readonly kernel: number;
  /** How many numbers of state it keeps for each parameter. */
  readonly states: 0 | 1 | 2;
  /** The hyperparameters of step t, counted from 1, in the order of the kernel's docstring. */
  hyper(learningRate: number, t: number, constants?: RuleConstants): readonly number[];
}

/** The constants of all rules, named as in the settings. Each rule ignores those of the others. */
export type RuleConstants = Readonly<
  Pick<Settings, 'adamBeta1' | 'adamBeta2' | 'adamEps' | 'sgdMomentum' | 'rmspropDecay'>
>;

/** RMSProp's epsilon, which is not a setting. */
const RMSPROP_EPS = 1e-8;

/** The course's constants. */
const COURSE: RuleConstants = {
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEps: 1e-8,
  sgdMomentum: 0.9,
  rmspropDecay: 0.99,
};

/** The course's rules. */
export const updateRules: Readonly<Record<UpdateRule, Rule>> = {
  sgd: { kernel: 0, states: 0, hyper: rate => [rate] },
  sgdMomentum: { kernel: 1, states: 1, hyper: (rate, _, { sgdMomentum } = COURSE) => [rate, sgdMomentum] },
  rmsprop: {
    kernel: 2,
    states: 1,
    hyper: (rate, _, { rmspropDecay } = COURSE) => [rate, rmspropDecay, 1 - rmspropDecay, RMSPROP_EPS],
  },
  adam: {
    kernel: 3,
    states: 2,
    hyper: (rate, t, { adamBeta1, adamBeta2, adamEps } = COURSE) => [
      rate / (1 - pow(adamBeta1, t)),
      adamBeta1,
      1 - adamBeta1,
      adamBeta2,
      1 - adamBeta2,
      1 / (1 - pow(adamBeta2, t)),
      adamEps,
    ],
  },
};

/** The most hyperparameters that a rule has. */
export const MAX_HYPER = 7;
