import { CifarNormError } from '../errors.ts';
import type { Path } from './yaml.ts';

/** A sweep that cannot be expanded: what is wrong, and where in the experiment. */
export class SweepError extends CifarNormError {
  readonly path: Path;
  /** The message without the path. */
  readonly fault: string;

  constructor(path: Path, fault: string, hint?: string) {
    super('config', `${path.join('.')}: ${fault}`, hint);
    this.path = path;
    this.fault = fault;
  }
}
