/** Reads YAML 1.2, which includes JSON, into plain values with their positions in the text. */
import {
  isAlias,
  isMap as isMapNode,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { CifarNormError } from '../errors.ts';
import { type Mark, type Position, SourceText } from './source-text.ts';
import {
  bareItemsFault,
  decimalCommaFault,
  EXPECTED_KEY,
  faultAt,
  lookAlikeFault,
  MAX_DEPTH,
  TOO_DEEP,
  type YamlFault,
  yamlFault,
} from './yaml-fault.ts';

export type Path = readonly (string | number)[];

export interface Yaml {
  /** A number, string, boolean, null, array or plain object; null for an empty text. */
  readonly value: unknown;
  /** Position of the value at `path`, or of its key in a map; undefined if the text has no such path. */
  position(path: Path, of: 'key' | 'value'): Position | undefined;
  /** Where a character stands in the value at `path`, or in its key, with an excerpt that points at it. */
  pointAt(
    char: string,
    path: Path,
    of: 'key' | 'value',
  ): { readonly position: Position; readonly excerpt: string } | undefined;
}

// Far more than any experiment needs: aliases of aliases make huge values of small texts.
const MAX_VALUES = 100_000;

/** Keys through which JavaScript code could reach an object's prototype. */
export const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** The key of YAML 1.1 that takes over the entries of other maps. */
const MERGE = '<<';

/** Where the text of a node begins and ends. */
type Range = readonly [start: number, end: number];

/**
 * Reads one document of plain values. Aliases and merge keys are allowed; duplicate keys, non-standard tags and a second
 * document are errors.
 *
 * @param where formats a position for messages.
 * @param options.root 'map' to refuse a text that is a single word or sentence
 * @throws CifarNormError (config) about the first error, with an excerpt of the text.
 */
export function readYaml(
  text: string,
  where: (position: Position) => string,
  { root: wanted = 'any' }: { readonly root?: 'map' | 'any' } = {},
): Yaml {
  const source = new SourceText(text);
  const fail = (offset: number, message: string, marks: readonly Mark[] = [{ offset }]): never => {
    const place = where(source.positionOf(offset));
    throw new CifarNormError('config', `${place} ${message}\n${source.excerpt(marks)}`);
  };

  const ranges = new Map<string, Record<'key' | 'value', Range>>();
  const anchors = new Map<string, ParsedNode>();
  let count = 0;

  /** @param depth greater than the length of the path where a map is merged into another */
  function toPlain(node: ParsedNode, path: Path, depth = path.length): unknown {
    const offset = node.range[0];
    if (++count > MAX_VALUES) fail(offset, `more than ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) fail(offset, TOO_DEEP);
    const resolved = resolve(node);
    if (resolved !== node) return toPlain(resolved, path, depth);
    if (isScalar(node)) return node.value;
    if (isSeq(node)) {
      refuse(bareItemsFault(node, text) ?? decimalCommaFault(node, text));
      return node.items.map((item, index) => {
        const below = [...path, index];
        ranges.set(JSON.stringify(below), { key: rangeOf(item), value: rangeOf(item) });
        return toPlain(item, below);
      });
    }
    return toObject(node as YAMLMap.Parsed, path, depth);
  }

  /** The node that an alias stands for, or the node itself, whose anchor is known from here on. */
  function resolve(node: ParsedNode): ParsedNode {
    if (isAlias(node))
      return anchors.get(node.source) ?? fail(node.range[0], `*${node.source} refers to no anchor above it`);
    if (node.anchor) anchors.set(node.anchor, node);
    return node;
  }

  function toObject(map: YAMLMap.Parsed, path: Path, depth: number): Record<string, unknown> {
    refuse(bareItemsFault(map, text));
    // Merged entries come first, as in PyYAML, and those of the map itself replace them.
    const merge = map.items.find(isMerge);
    const object = merge?.value ? toMerged(merge.value, path, depth + 1) : {};
    const own = new Set<string>();
    for (const item of map.items) {
      const { key: keyNode, value } = item;
      const offset = keyNode.range[0];
      const key = isScalar(keyNode) ? keyNode.value : undefined;
      if (typeof key !== 'string') return fail(offset, 'a key must be a word');
      if (FORBIDDEN_KEYS.includes(key)) fail(offset, `unknown key ${key}`);
      if (own.has(key)) fail(offset, `duplicate key ${JSON.stringify(key)}`);
      own.add(key);
      if (item === merge) continue;
      const below = [...path, key];
      ranges.set(JSON.stringify(below), { key: rangeOf(keyNode), value: rangeOf(value ?? keyNode) });
      object[key] = value && toPlain(value, below);
    }
    return object;
  }

  /** The entries of a map, or of a list of maps, of which an earlier one replaces those of a later one. */
  function toMerged(node: ParsedNode, path: Path, depth: number): Record<string, unknown> {
    const resolved = resolve(node);
    const maps = isSeq(resolved) ? resolved.items.map(item => resolve(item as ParsedNode)) : [resolved];
    if (!maps.every(isMapNode))
      return fail(node.range[0], `${MERGE} merges maps: write ${MERGE}: *name, or ${MERGE}: [*one, *other]`);
    return Object.assign({}, ...maps.toReversed().map(map => toPlain(map, path, depth)));
  }

  const refuse = (fault: YamlFault | undefined): void => {
    if (fault) fail(fault.offset, fault.message, fault.marks);
  };

  const control = text.search(/[^\P{Cc}\t\n\r\x7f-\x9f]/u);
  if (control >= 0) fail(control, `control character (${codePoint(text, control)}); is this a text file?`);
  const { root, fault } = parse(text, wanted);
  if (fault) refuse(lookAlikeFault(fault, text, changed => parse(changed, wanted).fault) ?? fault);
  return {
    value: root && toPlain(root, []),
    position(path, of) {
      const range = ranges.get(JSON.stringify(path));
      return range && source.positionOf(range[of][0]);
    },
    pointAt(char, path, of) {
      const whole: Range = [0, path.length === 0 ? text.length : 0];
      const [start, end] = ranges.get(JSON.stringify(path))?.[of] ?? whole;
      const offset = start + text.slice(start, end).indexOf(char);
      if (offset < start) return undefined;
      return { position: source.positionOf(offset), excerpt: source.excerpt([{ offset }]) };
    },
  };
}

const isMerge = ({ key, value }: YAMLMap.Parsed['items'][number]): boolean =>
  isScalar(key) && key.type === 'PLAIN' && key.value === MERGE && value !== null;

const rangeOf = ({ range: [start, end] }: ParsedNode): Range => [start, end];

const codePoint = (text: string, offset: number): string =>
  `U+${text.codePointAt(offset)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** The root of the document, or what is wrong with it. */
function parse(
  text: string,
  wanted: 'map' | 'any',
): { root: ParsedNode | null; fault?: YamlFault | undefined } {
  try {
    const document = withoutStackTraces(() =>
      parseDocument(text, {
        schema: 'core',
        resolveKnownTags: false,
        // The parser's own check compares every key with every other: quadratic time. toObject looks each key up.
        uniqueKeys: false,
        keepSourceTokens: true,
        prettyErrors: false,
      }),
    );
    const root = document.contents;
    const isWord = wanted === 'map' && isScalar(root) && root.value !== null;
    const fault = yamlFault(document, text) ?? (isWord ? faultAt(root.range[0], EXPECTED_KEY) : undefined);
    return { root, fault };
  } catch (error) {
    // The parser recurses. It reports most overflows of the call stack itself, but not all.
    if (error instanceof RangeError) return { root: null, fault: faultAt(0, TOO_DEEP) };
    throw error;
  }
}

/** Whether a text has a comment, which its value lacks. */
export function hasComment(text: string): boolean {
  if (!text.includes('#')) return false;
  let before = '';
  for (const token of new Lexer().lex(text)) {
    // The text of a scalar follows a mark.
    if (token.startsWith('#') && before !== SCALAR) return true;
    before = token;
  }
  return false;
}

/** What the lexer puts before the text of a scalar. */
const SCALAR = '\u001f';

/** Whether a value is a map of keys to values. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parser creates an Error for every fault, and a bad text can have 130,000: stack traces would triple the time. */
function withoutStackTraces<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
