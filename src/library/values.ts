/** Schemas of plain values. The messages of all schemas follow "expected". */
import { z } from 'zod';
import { isWhole, kindOf } from '../arguments.ts';
import { faultIn } from './json.ts';

export const that = (expected: string, test: (value: unknown) => boolean) => z.custom(test, expected);

export const whole = (least: number, most: number) =>
  that(`a whole number from ${least} to ${most}`, value => isWhole(value, least, most));

export const oneOf = (names: readonly string[]) =>
  that(`one of ${names.join(', ')}`, value => typeof value === 'string' && names.includes(value));

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** Text that a system call takes. */
export const anyText = that('text without NUL characters', isText);

export const text = that(
  'text that is not empty, without NUL characters',
  value => isText(value) && value.trim() !== '',
);

/** A list, read up to its first wrong item. */
export const list = (item: z.ZodType, expected: string, least = 0) =>
  z.unknown().superRefine((value, context) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    if (!Array.isArray(value) || items.length < least)
      context.addIssue({ code: 'custom', message: expected });
    for (const [i, each] of items.entries()) {
      const [issue] = item.safeParse(each).error?.issues ?? [];
      if (!issue) continue;
      context.addIssue({ code: 'custom', path: [i, ...issue.path], message: issue.message });
      return;
    }
  });

export const texts = list(text, 'a list of texts');
export const someTexts = list(text, 'a list of at least one text', 1);

export const number = that('a number', value => typeof value === 'number');

export const flag = that('true or false', value => typeof value === 'boolean');

export const callback = that('a function', value => typeof value === 'function');

export const isObject = (value: unknown): boolean => kindOf(value) === 'Object';

export const object = that('an object', isObject);

/** An object with these keys and no others. */
export const exactly = <Shape extends z.ZodRawShape>(shape: Shape) => object.pipe(z.strictObject(shape));

/** An object that has at least these keys. */
export const having = <Shape extends z.ZodRawShape>(shape: Shape) => object.pipe(z.looseObject(shape));

export const valid = (expected: string, schema: z.ZodType) =>
  that(expected, value => isObject(value) && faultIn(value) === undefined && schema.safeParse(value).success);

/** Whatever JSON can say. */
export const json = z.unknown().superRefine((value, context) => {
  const fault = faultIn(value);
  if (fault) context.addIssue({ code: 'custom', path: [...fault.path], message: fault.expected });
});

export const either = (expected: string, choose: (value: unknown) => z.ZodType | undefined) =>
  z.unknown().superRefine((value, context) => {
    const schema = choose(value);
    if (!schema) context.addIssue({ code: 'custom', message: expected });
    for (const { path, message } of schema?.safeParse(value).error?.issues.slice(0, 1) ?? [])
      context.addIssue({ code: 'custom', path, message });
  });

// By name, because a caller may live in another realm, as tests under Jest do.
export const isBytes = (value: unknown): boolean => kindOf(value) === 'Uint8Array';

export const instanceOf = (expected: string, type: new (...values: never[]) => object) =>
  that(expected, value => value instanceof type);
