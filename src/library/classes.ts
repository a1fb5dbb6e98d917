/** The public classes. A wrong argument of a constructor is a CifarNormError that says what was expected. */
import { Engine as PlainEngine } from '../kernels/engine.ts';
import { FullyConnectedNet as PlainNet } from '../nn/fully-connected-net.ts';
import { Solver as PlainSolver } from '../nn/solver.ts';
import { RandomState as PlainState } from '../random/random-state.ts';
import { checkedClass } from './check.ts';
import * as input from './inputs.ts';
import * as net from './nets.ts';
import * as value from './values.ts';

const engine = value.instanceOf('an Engine', PlainEngine);
const random = value.instanceOf('a RandomState', PlainState);

export type Engine = PlainEngine;
export const Engine: typeof PlainEngine = checkedClass('Engine', { program: input.program }, PlainEngine);

export type RandomState = PlainState;
export const RandomState: typeof PlainState = checkedClass(
  'RandomState',
  { from: net.randomStart },
  PlainState,
);

export type FullyConnectedNet = PlainNet;
export const FullyConnectedNet: typeof PlainNet = checkedClass(
  'FullyConnectedNet',
  { engine: engine, options: net.fullyConnected, random: random },
  PlainNet,
);

export type Solver = PlainSolver;
export const Solver: typeof PlainSolver = checkedClass(
  'Solver',
  { engine: engine, settings: net.trainable, data: net.trainingData, random: random },
  PlainSolver,
);
