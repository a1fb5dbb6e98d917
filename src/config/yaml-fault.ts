/** Explains the YAML parser's errors to people who do not know its terms. */
import { type CST, type Document, visit, type YAMLError } from 'yaml';
import type { Mark } from './source-text.ts';

export interface YamlFault {
  readonly offset: number;
  readonly message: string;
  /** The places to show, in the order of the text. */
  readonly marks: readonly Mark[];
}

/** Levels of nesting; no experiment needs as many. */
export const MAX_DEPTH = 20;
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`;

const EXPECTED_KEY = 'expected key: value, with a space after the colon';
const plainWords: readonly (readonly [start: string, words: string])[] = [
  ['Implicit keys need to be on a single line', EXPECTED_KEY],
  ['Implicit map keys need to be followed by map values', EXPECTED_KEY],
  [
    'Nested mappings are not allowed',
    'a key cannot follow a value in its line or indented below it; quote text that contains ": "',
  ],
  ['Source contains multiple documents', 'a second document starts here; a file holds one'],
];

/** The first thing that is wrong with a document. */
export function yamlFault(document: Document.Parsed, text: string): YamlFault | undefined {
  // The parser recurses, and reports a full call stack this way; deep texts that it does finish are valid YAML.
  const deep = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (deep) return faultAt(deep.pos[0], TOO_DEEP);
  // A closing bracket in the first column is only bad style.
  const warnings = document.warnings.filter(({ code }) => code !== 'BAD_INDENT');
  const [error] = [...document.errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (!error) return undefined;
  const opened = openedBy(error, document);
  if (opened === undefined) {
    const words = plainWords.find(([start]) => error.message.startsWith(start))?.[1];
    return faultAt(error.pos[0], words ?? error.message);
  }
  const opener = text[opened]!;
  const closer = closers[opener];
  // An open quote takes in all the rest of the text: its end says nothing.
  if (!closer) return faultAt(opened, `this ${opener} is never closed`);
  // At the end of the text, point behind its last character rather than at an empty line.
  const offset = Math.min(error.pos[0], text.trimEnd().length);
  const marks = [
    { offset: opened, note: 'opened here' },
    { offset, note: `expected ${closer}` },
  ];
  return { offset, message: `the ${opener} is not closed`, marks };
}

/** A fault that is shown at one place. */
export function faultAt(offset: number, message: string): YamlFault {
  return { offset, message, marks: [{ offset }] };
}

const closers: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/** Where the bracket or quote was opened that the error finds unclosed; undefined for errors of other kinds. */
function openedBy({ message, pos }: YAMLError, document: Document.Parsed): number | undefined {
  const isUnclosed = message.startsWith('Missing closing')
    ? isQuoted
    : /must (be .* and )?end with/.test(message)
      ? isOpenBracket
      : undefined;
  if (!isUnclosed) return undefined;
  let opened: number | undefined;
  visit(document, {
    Node(_, { srcToken, range }) {
      // The visitor reaches the innermost of nested brackets last.
      if (srcToken && isUnclosed(srcToken) && range?.[1] === pos[0]) opened = range[0];
    },
  });
  return opened;
}

function isQuoted({ type }: CST.Token): boolean {
  return type === 'double-quoted-scalar' || type === 'single-quoted-scalar';
}

function isOpenBracket(token: CST.Token): boolean {
  if (token.type !== 'flow-collection') return false;
  const closing = token.start.type === 'flow-map-start' ? 'flow-map-end' : 'flow-seq-end';
  return token.end.every(({ type }) => type !== closing);
}
