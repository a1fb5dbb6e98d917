/** Reads YAML 1.2, which includes JSON, into plain values with their positions in the text. */
import { isAlias, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import { CifarNormError } from '../errors.ts';
import { type Mark, type Position, SourceText } from './source-text.ts';
import { faultAt, MAX_DEPTH, TOO_DEEP, type YamlFault, yamlFault } from './yaml-fault.ts';

export type Path = readonly (string | number)[];

export interface Yaml {
  /** A number, string, boolean, null, array or plain object; null for an empty text. */
  readonly value: unknown;
  /** Position of the value at `path`, or of its key in a map; undefined if the text has no such path. */
  position(path: Path, of: 'key' | 'value'): Position | undefined;
}

// Far more than any experiment needs: aliases of aliases make huge values of small texts.
const MAX_VALUES = 100_000;

/** Keys through which JavaScript code could reach an object's prototype. */
export const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads one document of plain values. Aliases are allowed; duplicate keys, non-standard tags and a second document are
 * errors.
 *
 * @param where formats a position for messages.
 * @throws CifarNormError (config) about the first error, with an excerpt of the text.
 */
export function readYaml(text: string, where: (position: Position) => string): Yaml {
  const source = new SourceText(text);
  const fail = (offset: number, message: string, marks: readonly Mark[] = [{ offset }]): never => {
    const place = where(source.positionOf(offset));
    throw new CifarNormError('config', `${place} ${message}\n${source.excerpt(marks)}`);
  };

  const offsets = new Map<string, Record<'key' | 'value', number>>();
  const anchors = new Map<string, ParsedNode>();
  let count = 0;

  function toPlain(node: ParsedNode, path: Path): unknown {
    const offset = node.range[0];
    if (++count > MAX_VALUES) fail(offset, `more than ${MAX_VALUES} values`);
    if (path.length > MAX_DEPTH) fail(offset, TOO_DEEP);
    if (isAlias(node)) {
      const target = anchors.get(node.source) ?? fail(offset, `*${node.source} refers to no anchor above it`);
      return toPlain(target, path);
    }
    if (node.anchor) anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const below = [...path, index];
        offsets.set(JSON.stringify(below), { key: item.range[0], value: item.range[0] });
        return toPlain(item, below);
      });
    }
    return toObject(node, path);
  }

  function toObject(map: YAMLMap.Parsed, path: Path): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const { key: keyNode, value } of map.items) {
      const offset = keyNode.range[0];
      const key = isScalar(keyNode) ? keyNode.value : undefined;
      if (typeof key !== 'string') return fail(offset, 'a key must be a word');
      if (FORBIDDEN_KEYS.includes(key)) fail(offset, `unknown key ${key}`);
      if (Object.hasOwn(object, key)) fail(offset, `duplicate key ${JSON.stringify(key)}`);
      const below = [...path, key];
      offsets.set(JSON.stringify(below), { key: offset, value: value?.range[0] ?? offset });
      object[key] = value && toPlain(value, below);
    }
    return object;
  }

  const control = text.search(/[^\P{Cc}\t\n\r\x7f-\x9f]/u);
  if (control >= 0) fail(control, 'control character; is this a text file?');
  const { root, fault } = parse(text);
  if (fault) fail(fault.offset, fault.message, fault.marks);
  return {
    value: root && toPlain(root, []),
    position(path, of) {
      const place = offsets.get(JSON.stringify(path));
      return place && source.positionOf(place[of]);
    },
  };
}

/** The root of the document, or what is wrong with it. */
function parse(text: string): { root: ParsedNode | null; fault?: YamlFault | undefined } {
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
    return { root: document.contents, fault: yamlFault(document, text) };
  } catch (error) {
    // The parser recurses. It reports most overflows of the call stack itself, but not all.
    if (error instanceof RangeError) return { root: null, fault: faultAt(0, TOO_DEEP) };
    throw error;
  }
}

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
