/** The values of an axis. */
import { explain } from './explain.ts';
import { type Axis, type SettingKey, type SettingValue, settingSchema } from './schema.ts';
import { SweepError } from './sweep-error.ts';
import { isRange } from './sweep-schema.ts';
import type { Path } from './yaml.ts';

export type Power = (base: number, exponent: number) => number;

/**
 * The values of an axis of `key`, each valid for its setting.
 *
 * @param path the place of the axis in the experiment
 * @throws SweepError about the first value that the setting does not allow
 */
export function valuesOf(key: SettingKey, axis: Axis, path: Path, pow: Power): SettingValue[] {
  const schema = settingSchema(key);
  const single = schema.safeParse(axis);
  if (single.success) return [single.data];
  const values: unknown[] = !isRange(axis)
    ? [axis].flat()
    : axis.linspace
      ? linspace(...axis.linspace)
      : linspace(...axis.logspace!).map(exponent => pow(10, exponent));
  return values.map(value => {
    const { data, error } = schema.safeParse(value, { error: explain });
    if (error) {
      const hint = isRange(axis) ? 'give the values as a list' : undefined;
      throw new SweepError(path, error.issues[0]!.message, hint);
    }
    return data;
  });
}

/** `count` evenly spaced numbers from `start` to `stop`: numpy.linspace, operation by operation. */
function linspace(start: number, stop: number, count: number): number[] {
  const delta = stop - start;
  const last = count - 1;
  const step = delta / last;
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return start;
    if (index === last) return stop;
    // A step may underflow where the whole distance does not.
    return (step === 0 ? (index / last) * delta : index * step) + start;
  });
}
