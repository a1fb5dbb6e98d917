/** Checks the arguments of a public function before the function does anything. */
import { z } from 'zod';
import { wrongArgument } from '../arguments.ts';
import { nearest } from '../config/nearest.ts';
import { CifarNormError } from '../errors.ts';

/** What the arguments must be, by the names of the parameters, in order. The messages of a schema follow "expected". */
export type Parameters = Readonly<Record<string, z.ZodType>>;

type Callable = (...values: never[]) => unknown;

/** A function that throws a CifarNormError (usage) if its arguments are wrong, and else does what `act` does. */
export function checked<Act extends Callable>(call: string, parameters: Parameters, act: Act): Act {
  const checking: Callable = (...values) => {
    check(call, parameters, values);
    return act(...values);
  };
  return checking as Act;
}

/** The same for a function that returns a promise, which rejects. */
export function checkedLater<Act extends (...values: never[]) => Promise<unknown>>(
  call: string,
  parameters: Parameters,
  act: Act,
): Act {
  const checking: Callable = async (...values) => {
    check(call, parameters, values);
    return act(...values);
  };
  return checking as Act;
}

type Constructor = new (...values: never[]) => object;

/** A class whose constructor does the same. */
export function checkedClass<Class extends Constructor>(
  call: string,
  parameters: Parameters,
  inner: Class,
): Class {
  return new Proxy(inner, {
    construct(target, values, newTarget) {
      check(call, parameters, values);
      return Reflect.construct(target, values, newTarget);
    },
  });
}

function check(call: string, parameters: Parameters, values: readonly unknown[]): void {
  for (const [i, [name, schema]] of Object.entries(parameters).entries()) {
    const { error } = schema.safeParse(values[i]);
    if (error) throw problem(`${call}: ${name}`, schema, error.issues[0]!, values[i]);
  }
}

function problem(place: string, schema: z.ZodType, issue: z.core.$ZodIssue, value: unknown): CifarNormError {
  const at = issue.path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`),
    place,
  );
  if (issue.code !== 'unrecognized_keys') return wrongArgument(at, valueAt(value, issue.path), issue.message);
  const [key] = issue.keys;
  const names = keysAt(schema, issue.path);
  const meant = nearest(key!, names);
  return new CifarNormError(
    'usage',
    `${at} has the unknown key ${key}${meant ? ` (did you mean ${meant}?)` : ''}`,
    names.length > 0 ? `its keys are ${names.join(', ')}` : undefined,
  );
}

/** The keys that a schema knows at a path. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  // Behind the check that it is an object.
  if (schema instanceof z.ZodPipe) return keysAt(schema.out, path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [step, ...rest] = path;
  return step === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(step)], rest);
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (node, step) =>
      typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[step] : node,
    value,
  );
