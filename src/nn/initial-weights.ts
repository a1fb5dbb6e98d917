/** The scale of the initial weights: a standard deviation, or a rule that computes it from a layer's number of inputs. */
import type { Settings } from '../config/schema.ts';

export type WeightScale = Settings['weightScale'];

const rules: Readonly<Record<Exclude<WeightScale, number>, (fanIn: number) => number>> = {
  /** He et al., Delving deep into rectifiers (2015), equation 10: keeps the variance of a signal through ReLUs. */
  he: fanIn => Math.sqrt(2 / fanIn),
  /** Glorot and Bengio (2010), equation 10, as in the course's notes: keeps the variance of a signal without a ReLU. */
  xavier: fanIn => Math.sqrt(1 / fanIn),
};

/** The standard deviation of a layer's initial weights. */
export const scaleOf = (scale: WeightScale, fanIn: number): number =>
  typeof scale === 'number' ? scale : rules[scale](fanIn);
