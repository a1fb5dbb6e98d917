/** The net that a trial's settings describe, and the memory that its training takes. */
import type { Settings } from '../config/schema.ts';
import { IMAGE_SIZE, NUM_CLASSES } from '../data/dataset.ts';
import { bumpAllocator } from '../kernels/matrix.ts';
import { layOutNet, type NetShape } from './net-layout.ts';
import { updateRules } from './update-rules.ts';

/** Images in a chunk of an accuracy check: enough for the products' full rate, few enough for the second-level cache. */
export const CHECK_ROWS = 100;

/** The kernels' static data takes less than this. */
const STATIC_BYTES = 65_536;

type NetSettings = Pick<
  Settings,
  'hiddenDims' | 'normalization' | 'updateRule' | 'batchSize' | NormKey | 'diagnostics'
>;
type NormKey = 'normEps' | 'normMomentum' | 'normGroups';

/** The shape of the net that a Solver trains. */
export function shapeOf(settings: Readonly<NetSettings>): NetShape {
  const { hiddenDims, normalization, updateRule, batchSize, diagnostics } = settings;
  const { normEps: eps, normMomentum: momentum, normGroups: groups } = settings;
  return {
    inputDim: IMAGE_SIZE,
    hiddenDims,
    numClasses: NUM_CLASSES,
    normalization,
    maxRows: Math.max(batchSize, CHECK_ROWS),
    rule: updateRules[updateRule],
    normConstants: { eps, momentum, groups },
    diagnostics,
  };
}

/**
 * The bytes of an engine's memory that training takes: weights, the rule's state, the copy of the best weights,
 * activations and images. Lays the net out without allocating it, so it is exact, except that the kernels' static data
 * counts as 64 KiB. A net fits if this is at most ADDRESSABLE (engine.ts).
 */
export function bytesNeeded(settings: Readonly<NetSettings & Pick<Settings, 'dtype'>>): number {
  const counter = bumpAllocator(settings.dtype, STATIC_BYTES);
  layOutNet(counter, shapeOf(settings), true);
  return counter.top();
}
