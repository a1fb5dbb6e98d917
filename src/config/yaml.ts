/** YAML 1.2, of which JSON is a part, read into plain values that remember where they stood. */
import {
  Composer,
  type CST,
  isAlias,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
  type YAMLMap,
} from 'yaml';
import { CifarNormError } from '../errors.ts';

export type Path = readonly (string | number)[];
export interface Position {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Yaml {
  /** A number, string, boolean, null, array or plain object; null when the text says nothing. */
  readonly value: unknown;
  /** Where the value at `path` stands, or its key in a map; undefined if the text has no such path. */
  position(path: Path, of: 'key' | 'value'): Position | undefined;
}

// No experiment comes near these; they bound the time and memory that any text can cost.
const DEEPEST = 20;
const MOST_VALUES = 100_000;
const TOO_DEEP = `nested deeper than ${DEEPEST} levels`;

/** Through these names JavaScript would reach an object's prototype. */
export const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

type Fail = (offset: number, message: string) => never;

/**
 * Reads one document of plain values. Aliases are allowed; equal keys in one map, tags that are not YAML's own and a
 * second document are errors.
 *
 * @param where names a place in the text, for messages.
 * @throws CifarNormError (config) about the first thing that is wrong.
 */
export function readYaml(text: string, where: (position: Position) => string): Yaml {
  const lines = new LineCounter();
  for (const { index } of text.matchAll(/(?<![^\n])/g)) lines.addNewLine(index);
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const fail: Fail = (offset, message) => {
    throw new CifarNormError('config', `${where(positionOf(offset))} ${message}`);
  };

  const offsets = new Map<string, Record<'key' | 'value', number>>();
  const anchors = new Map<string, ParsedNode>();
  let count = 0;

  function toPlain(node: ParsedNode, path: Path): unknown {
    const offset = node.range[0];
    if (++count > MOST_VALUES) fail(offset, `more than ${MOST_VALUES} values`);
    if (path.length > DEEPEST) fail(offset, TOO_DEEP);
    if (isAlias(node)) {
      const target = anchors.get(node.source) ?? fail(offset, `*${node.source} names no anchor above it`);
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
      if (Object.hasOwn(object, key)) fail(offset, `the key ${JSON.stringify(key)} is given twice`);
      const below = [...path, key];
      offsets.set(JSON.stringify(below), { key: offset, value: value?.range[0] ?? offset });
      object[key] = value && toPlain(value, below);
    }
    return object;
  }

  const root = compose(text, fail);
  return {
    value: root && toPlain(root, []),
    position(path, of) {
      const place = offsets.get(JSON.stringify(path));
      return place && positionOf(place[of]);
    },
  };
}

/** The root of the one document in `text`; null when the text says nothing. */
function compose(text: string, fail: Fail): ParsedNode | null {
  const control = text.search(/[^\P{Cc}\t\n\r\x7f-\x9f]/u);
  if (control >= 0) fail(control, 'a control character; is this a text file?');

  function* tokens(): Generator<CST.Token, void> {
    const parser = new Parser();
    let errors = 0;
    for (const lexeme of new Lexer().lex(text)) {
      for (const token of parser.next(lexeme)) {
        // Only the first is told; a file full of errors would take seconds.
        if (token.type !== 'error' || errors++ === 0) yield token;
      }
      // The composer is recursive and must never meet what is far too deep; toPlain keeps the limit itself.
      if (parser.stack.length > 3 * DEEPEST) fail(parser.offset, TOO_DEEP);
    }
    yield* parser.end();
  }

  // The composer would compare each key with every other one of its map; toObject finds equal keys in linear time.
  const composer = new Composer({ schema: 'core', resolveKnownTags: false, uniqueKeys: false });
  const [document, second] = withoutStacks(() => {
    const [first, next] = composer.compose(tokens(), true, text.length);
    return [first, next] as const;
  });
  const [error] = [...document!.errors, ...document!.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (error) fail(error.pos[0], error.message);
  if (second) fail(second.range[0], 'a second document; a file holds one');
  return document!.contents;
}

/** The composer makes an Error of all that is wrong; most of the time that takes goes into stacks that no one reads. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
