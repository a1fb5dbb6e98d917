/**
 * Reads pickles without running code. It knows the opcodes of protocols 0 to 5 that make plain values and NumPy arrays,
 * refuses all others, and looks up no names: a call becomes a plain `PythonCall`.
 *
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
import {
  CALLABLE,
  type GlobalName,
  isCall,
  isGlobal,
  MAX_WORD,
  type PickleValue,
  wordOf,
} from './pickle-values.ts';
import { fail, latin1, PickleError, unquoted } from './python-text.ts';

const MARK = Symbol('mark');
/** A batch has 10,000 labels and 10,000 file names, each of up to a dozen opcodes. */
const MAX_STEPS = 500_000;

interface Machine {
  readonly stack: (PickleValue | typeof MARK)[];
  readonly memo: Map<number, PickleValue>;
  take(count: number): Uint8Array;
  unsigned(bytes: number): number;
  /** Bytes up to the next line feed. */
  line(): Uint8Array;
  pop(): PickleValue;
  /** Everything above the last mark. */
  popToMark(): PickleValue[];
  top(): PickleValue;
}

type Step = (m: Machine) => void;

const push =
  (read: (m: Machine) => PickleValue): Step =>
  m =>
    m.stack.push(read(m));
const store =
  (index: (m: Machine) => number): Step =>
  m =>
    m.memo.set(index(m), m.top());
const recall = (index: (m: Machine) => number): Step =>
  push(m => {
    const value = m.memo.get(index(m));
    return value === undefined ? fail('it reads a memo that was never stored') : value;
  });
const tuple = (length: number): Step => push(m => Array.from({ length }, () => m.pop()).reverse());
const bytesOfLength = (count: number) => push(m => m.take(m.unsigned(count)));
const textOfLength = (count: number) =>
  push(m => ({ encoded: m.take(m.unsigned(count)), encoding: 'utf-8' }));
const unsigned = (count: number) => (m: Machine) => m.unsigned(count);

const word = (m: Machine): string => {
  const line = m.line();
  return line.length <= MAX_WORD && !line.includes(13) ? latin1(line) : fail('a name does not end');
};
function numberIn(text: string): number {
  const value = Number(text);
  return text.trim() !== '' && !Number.isNaN(value) ? value : fail(`${JSON.stringify(text)} is not a number`);
}
const index = (m: Machine) => numberIn(word(m));
/** Two's complement, little-endian. Longer than a double's 53 bits no number of a batch is. */
function signed(bytes: Uint8Array): number {
  if (bytes.length > 8) return fail('a number is too long');
  const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return bytes.length > 0 && bytes.at(-1)! > 127 ? value - 256 ** bytes.length : value;
}
const global = (name: string): GlobalName => ({
  global:
    CALLABLE[name as keyof typeof CALLABLE] ??
    refuse(`it calls ${JSON.stringify(name).slice(1, -1)}, which no file of CIFAR-10 does`),
});

const append = (list: PickleValue, values: readonly PickleValue[]) => {
  if (!Array.isArray(list)) return fail('it appends to something other than a list');
  for (const value of values) list.push(value);
};
const keyOf = (value: PickleValue | undefined): string =>
  wordOf(value) ?? fail('a key is not a short string');
const setItems = (dict: PickleValue, values: readonly PickleValue[]) => {
  if (!(dict instanceof Map) || values.length % 2 !== 0)
    return fail('it sets items of something other than a dict');
  for (let i = 0; i < values.length; i += 2) dict.set(keyOf(values[i]), values[i + 1]!);
};

/** What each opcode does. PROTO and STOP are handled in the loop. */
const steps: Readonly<Record<string, Step>> = {
  '(': m => m.stack.push(MARK),
  '0': m => void m.pop(),
  '1': m => void m.popToMark(),
  '2': push(m => m.top()),
  N: push(() => null),
  '\x88': push(() => true),
  '\x89': push(() => false),
  I: push(m => {
    const text = word(m);
    return text === '00' ? false : text === '01' ? true : numberIn(text);
  }),
  L: push(m => numberIn(word(m).replace(/L$/, ''))),
  F: push(m => numberIn(word(m))),
  G: push(m => Buffer.from(m.take(8)).readDoubleBE()),
  K: push(unsigned(1)),
  M: push(unsigned(2)),
  J: push(m => signed(m.take(4))),
  '\x8a': push(m => signed(m.take(m.unsigned(1)))),
  '\x8b': push(m => signed(m.take(m.unsigned(4)))),
  S: push(m => unquoted(m.line())),
  U: bytesOfLength(1),
  T: bytesOfLength(4),
  C: bytesOfLength(1),
  B: bytesOfLength(4),
  '\x8e': bytesOfLength(8),
  '\x96': bytesOfLength(8),
  V: push(m => ({ encoded: m.line(), encoding: 'raw-unicode-escape' })),
  '\x8c': textOfLength(1),
  X: textOfLength(4),
  '\x8d': textOfLength(8),
  ']': push(() => []),
  '}': push(() => new Map()),
  ')': tuple(0),
  '\x85': tuple(1),
  '\x86': tuple(2),
  '\x87': tuple(3),
  t: push(m => m.popToMark()),
  l: push(m => m.popToMark()),
  d: push(m => {
    const dict = new Map<string, PickleValue>();
    setItems(dict, m.popToMark());
    return dict;
  }),
  p: store(index),
  q: store(unsigned(1)),
  r: store(unsigned(4)),
  '\x94': store(m => m.memo.size),
  g: recall(index),
  h: recall(unsigned(1)),
  j: recall(unsigned(4)),
  c: push(m => global(`${word(m)}.${word(m)}`)),
  '\x93': push(m => {
    const name = m.pop();
    return global(`${keyOf(m.pop())}.${keyOf(name)}`);
  }),
  a: m => {
    const value = m.pop();
    append(m.top(), [value]);
  },
  e: m => {
    const values = m.popToMark();
    append(m.top(), values);
  },
  s: m => {
    const value = m.pop();
    const key = m.pop();
    setItems(m.top(), [key, value]);
  },
  u: m => {
    const values = m.popToMark();
    setItems(m.top(), values);
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
    if (!isCall(object)) return fail('it sets the state of something other than an array');
    object.state = state;
  },
  // A frame only says how many bytes may be read at once.
  '\x95': m => void m.take(8),
};

/** Opcodes that make instances of classes, sets, or values that are kept elsewhere. */
const OTHERS = 'ioPQ\x81\x82\x83\x84\x8f\x90\x91\x92\x97\x98';

function refuse(message: string): never {
  throw new PickleError(message);
}

/**
 * The value of a pickle. Lengths are checked against the remaining bytes before anything is allocated.
 * @throws PickleError if it is truncated or corrupt, uses an opcode that no batch needs, or names what no batch calls
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
      if (end < 0) return fail('it is truncated');
      const line = take(end - at);
      at++;
      return line;
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
  if (bytes[0] === 0x80 && take(2)[1]! > 5) return fail(`it is a pickle of the unknown protocol ${bytes[1]}`);
  for (let count = 0; ; count++) {
    const code = String.fromCharCode(take(1)[0]!);
    if (code === '.') return pop();
    const step = steps[code];
    if (step === undefined) {
      const name = `0x${code.charCodeAt(0).toString(16).padStart(2, '0')}`;
      const isBroken = OTHERS.includes(code) ? 'perhaps' : true;
      throw new PickleError(`it uses the opcode ${name}, which CIFAR-10's files do not`, isBroken);
    }
    if (count > MAX_STEPS) return fail('it has too many values');
    step(machine);
  }
}
