/**
 * Reads pickles without running code: it knows only the opcodes of protocol 2 that CIFAR-10's batches use, refuses all
 * others, and looks up no names. Instances of Python classes become plain `PythonObject`s.
 *
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

/** A global name, the arguments of its call, and the state that was set. */
export interface PythonObject {
  readonly name: string;
  readonly args: readonly PickleValue[];
  state?: PickleValue;
}

/** Strings of Python 2 are bytes. Lists and tuples are arrays. */
export type PickleValue =
  | number
  | boolean
  | null
  | Uint8Array
  | PickleValue[]
  | Map<string, PickleValue>
  | PythonObject
  | GlobalName;

interface GlobalName {
  readonly global: string;
}

export class PickleError extends Error {}

const MARK = Symbol('mark');
const MAX_VALUES = 100_000;

interface Machine {
  readonly stack: (PickleValue | typeof MARK)[];
  readonly memo: Map<number, PickleValue>;
  take(count: number): Uint8Array;
  unsigned(bytes: number): number;
  line(): string;
  pop(): PickleValue;
  /** Everything above the last mark. */
  popToMark(): PickleValue[];
  top(): PickleValue;
}

type Step = (m: Machine) => void;

const int32 = (m: Machine) => m.unsigned(4) | 0;
const push =
  (read: (m: Machine) => PickleValue): Step =>
  m =>
    m.stack.push(read(m));
const remember =
  (bytes: number): Step =>
  m => {
    const index = m.unsigned(bytes);
    m.memo.set(index, m.top());
  };
const recall = (bytes: number): Step =>
  push(m => {
    const value = m.memo.get(m.unsigned(bytes));
    return value === undefined ? fail('it reads a memo that was never stored') : value;
  });
const tuple = (length: number): Step => push(m => Array.from({ length }, () => m.pop()).reverse());

/** What each opcode does. PROTO and STOP are handled in the loop. */
const steps: Readonly<Record<string, Step>> = {
  '(': m => m.stack.push(MARK),
  N: push(() => null),
  '\x88': push(() => true),
  '\x89': push(() => false),
  K: push(m => m.unsigned(1)),
  M: push(m => m.unsigned(2)),
  J: push(int32),
  U: push(m => m.take(m.unsigned(1))),
  T: push(m => m.take(m.unsigned(4))),
  ']': push(() => []),
  '}': push(() => new Map()),
  ')': tuple(0),
  '\x85': tuple(1),
  '\x86': tuple(2),
  '\x87': tuple(3),
  t: push(m => m.popToMark()),
  q: remember(1),
  r: remember(4),
  h: recall(1),
  j: recall(4),
  c: push(m => ({ global: `${m.line()}.${m.line()}` })),
  a: m => {
    const value = m.pop();
    listOf(m.top()).push(value);
  },
  e: m => {
    const values = m.popToMark();
    const list = listOf(m.top());
    for (const value of values) list.push(value);
  },
  u: m => {
    const values = m.popToMark();
    const dict = m.top();
    if (!(dict instanceof Map) || values.length % 2 !== 0)
      return fail('it sets items of something other than a dict');
    for (let i = 0; i < values.length; i += 2) dict.set(textOf(values[i]!), values[i + 1]!);
  },
  R: push(m => {
    const args = m.pop();
    const called = m.pop();
    if (!isGlobal(called) || !Array.isArray(args)) return fail('it calls something other than a name');
    return { name: called.global, args };
  }),
  b: m => {
    const state = m.pop();
    const object = m.top();
    if (!isObject(object)) return fail('it sets the state of something other than an object');
    object.state = state;
  },
};

/**
 * The value of a pickle. Lengths are checked against the remaining bytes before anything is allocated.
 * @throws PickleError if it is truncated or corrupt, or uses an opcode that CIFAR-10's files do not
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (count > bytes.length - at) return fail('it is truncated');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const stack: Machine['stack'] = [];
  const pop = (): PickleValue => {
    const value = stack.pop();
    return value === undefined || value === MARK ? fail('its stack underflows') : value;
  };
  const machine: Machine = {
    stack,
    memo: new Map(),
    take,
    pop,
    unsigned: count => take(count).reduceRight((value, byte) => value * 256 + byte, 0),
    line() {
      const end = bytes.indexOf(0x0a, at);
      if (end < 0 || end - at > 200) return fail('a name does not end');
      const text = latin1(take(end - at));
      at++;
      return text;
    },
    popToMark() {
      const mark = stack.lastIndexOf(MARK);
      return mark < 0 ? fail('a mark is missing') : (stack.splice(mark).slice(1) as PickleValue[]);
    },
    top() {
      const value = stack.at(-1);
      return value === undefined || value === MARK ? fail('its stack underflows') : value;
    },
  };
  if (take(1)[0] !== 0x80 || take(1)[0] !== 2) return fail('it is not a pickle of protocol 2');
  for (let values = 0; ; values++) {
    const code = String.fromCharCode(take(1)[0]!);
    if (code === '.') return pop();
    const step = steps[code];
    if (step === undefined || values > MAX_VALUES) {
      const name = `0x${code.charCodeAt(0).toString(16).padStart(2, '0')}`;
      return fail(
        step ? 'it has too many values' : `it uses the opcode ${name}, which CIFAR-10's files do not`,
      );
    }
    step(machine);
  }
}

/** Bytes as text, one character per byte. */
export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function textOf(value: PickleValue): string {
  return value instanceof Uint8Array && value.length <= 100
    ? latin1(value)
    : fail('a key is not a short string');
}

function listOf(value: PickleValue): PickleValue[] {
  return Array.isArray(value) ? value : fail('it appends to something other than a list');
}

function isGlobal(value: PickleValue): value is GlobalName {
  return typeof value === 'object' && value !== null && 'global' in value;
}

export function isObject(value: PickleValue | undefined): value is PythonObject {
  return typeof value === 'object' && value !== null && 'args' in value;
}

function fail(message: string): never {
  throw new PickleError(message);
}
