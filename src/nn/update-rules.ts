/** Update rules: the hyperparameters that their kernels (src/kernels/assembly/update.ts) read in each step. */
import type { UpdateRule } from '../config/schema.ts';
import { pow } from '../kernels/base.ts';

export interface Rule {
  /** Its number in the kernels. */
  readonly kernel: number;
  /** How many numbers of state it keeps for each parameter. */
  readonly states: 0 | 1 | 2;
  /** The hyperparameters of step t, counted from 1, in the order of the kernel's docstring. */
  hyper(learningRate: number, t: number): readonly number[];
}

const EPS = 1e-8;
const MOMENTUM = 0.9;
const DECAY = 0.99;
const BETA1 = 0.9;
const BETA2 = 0.999;

/** The course's rules with the course's constants. */
export const updateRules: Readonly<Record<UpdateRule, Rule>> = {
  sgd: { kernel: 0, states: 0, hyper: rate => [rate] },
  sgdMomentum: { kernel: 1, states: 1, hyper: rate => [rate, MOMENTUM] },
  rmsprop: { kernel: 2, states: 1, hyper: rate => [rate, DECAY, 1 - DECAY, EPS] },
  adam: {
    kernel: 3,
    states: 2,
    hyper: (rate, t) => [
      rate / (1 - pow(BETA1, t)),
      BETA1,
      1 - BETA1,
      BETA2,
      1 - BETA2,
      1 / (1 - pow(BETA2, t)),
      EPS,
    ],
  },
};

/** The most hyperparameters that a rule has. */
export const MAX_HYPER = 7;
