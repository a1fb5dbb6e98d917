/** What people mean by values that YAML reads as text: lists without brackets, ranges of Python and NumPy, quoted numbers. */

/** A value as YAML in one line: `[5, 10, 50]`, `{ logspace: [-4, 0, 20] }`. */
export function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${key}: ${inYaml(each)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' && !isPlain(value) ? JSON.stringify(value) : String(value);
}

/** Whether YAML reads it as this very text without quotes. */
const isPlain = (text: string): boolean =>
  /^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(text) && !/^(true|false|null)$/i.test(text);

/** A list longer than this is written as a range. */
const MOST_LISTED = 20;
const MOST_VALUES = 10_000;

const CALL = /^(?:[a-z]+\.)*([a-z_]+)\s*\(([\s\S]*)\)$/i;

/**
 * The list or range that a text stands for: `5,10,50`, `5 10 50`, `(5, 10)`, `range(5, 50, 5)`, `np.logspace(-4, 0, 20)`; undefined
 * if it stands for none.
 */
export function listMeant(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed.length > 1000) return undefined;
  const [, name, inside] = CALL.exec(trimmed) ?? [];
  if (name !== undefined && inside !== undefined) return callMeant(name.toLowerCase(), inside);
  const bare = trimmed.replace(/^[([{]([\s\S]*)[)\]}]$/, '$1');
  const isBracketed = bare !== trimmed;
  const parts = /[,;]/.test(bare) ? bare.replace(/[,;]\s*$/, '').split(/[,;]/) : bare.trim().split(/\s+/);
  const items = parts.map(part => scalarMeant(part.trim()));
  if (items.some(item => item === undefined)) return undefined;
  // Several words are a sentence; several numbers are a list.
  const areSeparated = /[,;]/.test(bare) || items.every(item => typeof item === 'number');
  return (items.length > 1 || isBracketed) && areSeparated ? items : undefined;
}

/** A number or a word; undefined for other text. */
function scalarMeant(text: string): unknown {
  const bare = text.replace(/^(["'])(.*)\1$/, '$2');
  const number = numberMeant(bare);
  if (number !== undefined) return number;
  if (/^(true|false)$/i.test(bare)) return bare.toLowerCase() === 'true';
  return /^[a-z][\w.-]*$/i.test(bare) ? bare : undefined;
}

/** The number that a text stands for: `1e-3`, `1_000`, `10^-3`, `1/1000`; undefined if it stands for none. */
export function numberMeant(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return finite(Number(trimmed));
  if (/^[-+]?\d{1,3}(_\d{3})+(\.\d+)?$/.test(trimmed)) return finite(Number(trimmed.replaceAll('_', '')));
  const [, base, exponent] =
    /^(\d+(?:\.\d+)?)\s*(?:\^|\*\*)\s*\(?([-+]?\d+(?:\.\d+)?)\)?$/.exec(trimmed) ?? [];
  if (base !== undefined)
    return finite(base === '10' ? Number(`1e${exponent}`) : Number(base) ** Number(exponent));
  const [, over, under] = /^(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)$/.exec(trimmed) ?? [];
  return over === undefined ? undefined : finite(Number(over) / Number(under));
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/** A call of Python's or NumPy's, or of a search library's. */
function callMeant(name: string, inside: string): unknown {
  if (name === 'list' || name === 'array' || name === 'tuple') return listMeant(inside);
  const parts = inside
    .replace(/^\s*\[([\s\S]*)\]\s*$/, '$1')
    .split(',')
    .map(part => part.replace(/^\s*\w+\s*=(?!=)/, '').trim())
    .filter(part => part !== '');
  if (name === 'choice' || name === 'grid_search' || name === 'categorical') {
    const items = parts.map(scalarMeant);
    return items.length > 0 && !items.includes(undefined) ? items : undefined;
  }
  const numbers = parts.flatMap(part => numberMeant(part) ?? []);
  if (numbers.length < parts.length || numbers.length === 0) return undefined;
  if (name === 'range' || name === 'arange') return rangeMeant(numbers);
  const [start, stop, count = 50] = numbers;
  if (start === undefined || stop === undefined || !Number.isInteger(count) || count < 1) return undefined;
  if (name === 'linspace') return { linspace: [start, stop, count] };
  if (name === 'logspace') return { logspace: [start, stop, count] };
  if (name !== 'geomspace' || start <= 0 || stop <= 0) return undefined;
  return { logspace: [start, stop].map(value => Number(Math.log10(value).toFixed(4))).concat(count) };
}

/** The numbers of `range(start, stop, step)`, without stop, as a list or, if they are many, as a range. */
function rangeMeant(numbers: readonly number[]): unknown {
  const [start, stop, step = 1] =
    numbers.length === 1 ? [0, numbers[0]!] : (numbers as [number, number, number?]);
  const count = Math.ceil((stop - start) / step - 1e-9);
  if (!(count >= 1 && count <= MOST_VALUES)) return undefined;
  const at = (i: number) => Number((start + i * step).toPrecision(12));
  if (count <= MOST_LISTED) return Array.from({ length: count }, (_, i) => at(i));
  return { linspace: [at(0), at(count - 1), count] };
}
