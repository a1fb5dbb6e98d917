/** Explains the YAML parser's errors to people who do not know its terms. */
import { type CST, type Document, isMap, isScalar, type ParsedNode, visit, type YAMLError } from 'yaml';
import { lookAlikesIn, withoutLookAlikes } from './look-alikes.ts';
import { inYaml, listMeant } from './meant.ts';
import type { Mark } from './source-text.ts';
import { variableIn } from './user-path.ts';

export interface YamlFault {
  readonly offset: number;
  readonly message: string;
  /** The places to show, in the order of the text. */
  readonly marks: readonly Mark[];
}

/** Levels of nesting; no experiment needs as many. */
export const MAX_DEPTH = 20;
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`;

export const EXPECTED_KEY = 'expected key: value, with a space after the colon';
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
  if (opened === undefined) return faultAt(error.pos[0], wordsFor(error, text));
  const opener = text[opened]!;
  const closer = closers[opener];
  // An open quote takes in all the rest of the text: its end says nothing.
  if (!closer) {
    const [line = ''] = text.slice(opened).split('\n', 1);
    const escaped = opener === '"' && line.includes('\\"') ? `; \\" does not close it: ${ESCAPES}` : '';
    return faultAt(opened, `this ${opener} is never closed${escaped}`);
  }
  // At the end of the text, point behind its last character rather than at an empty line.
  const offset = Math.min(error.pos[0], text.trimEnd().length);
  const marks = [
    { offset: opened, note: 'opened here' },
    { offset, note: `expected ${closer}` },
  ];
  return { offset, message: `the ${opener} is not closed`, marks };
}

const ESCAPES =
  'in double quotes \\ begins an escape; write the text in single quotes, or a path with / instead of \\';

function wordsFor({ code, message, pos: [offset] }: YAMLError, text: string): string {
  if (code === 'BAD_DQ_ESCAPE')
    return `invalid escape ${JSON.stringify(text.slice(offset, offset + 2)).slice(2, -1)}: ${ESCAPES}`;
  if (code === 'BAD_SCALAR_START') {
    const variable = variableIn(text.slice(offset, offset + 100));
    return variable ?? `text cannot begin with ${text[offset]}; put it in quotes`;
  }
  return plainWords.find(([start]) => message.startsWith(start))?.[1] ?? message;
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

/**
 * The fault that a look-alike in the line of `fault` makes: without it, the text has no fault, or only below.
 * @param faultOf reads another text
 */
export function lookAlikeFault(
  fault: YamlFault,
  text: string,
  faultOf: (text: string) => YamlFault | undefined,
): YamlFault | undefined {
  if (fault.message === TOO_DEEP) return undefined;
  const start = text.lastIndexOf('\n', fault.offset - 1) + 1;
  const end = text.indexOf('\n', fault.offset);
  const line = text.slice(start, end < 0 ? text.length : end);
  // Letters do not make a fault of YAML.
  const [first] = [...lookAlikesIn(line)].filter(({ char }) => !/[\p{L}\p{N}]/u.test(char));
  if (!first) return undefined;
  const repaired = withoutLookAlikes(line);
  const other = faultOf(text.slice(0, start) + repaired + text.slice(start + line.length));
  if (other && other.offset <= start + repaired.length) return undefined;
  return faultAt(start + first.at, first.advice);
}

/** The fault of a list without its brackets: `{ batchSize: 5,10,50 }` or `[range(5, 50, 5)]`. */
export function bareItemsFault(node: ParsedNode, text: string): YamlFault | undefined {
  if (!('flow' in node) || !node.flow) return undefined;
  if (!isMap(node)) {
    const [start, end] = node.range;
    const list = /^\[\s*[a-z_.]+\(/i.test(text.slice(start, start + 40))
      ? listMeant(text.slice(start + 1, end - 1))
      : undefined;
    return list === undefined ? undefined : faultAt(start, `write ${inYaml(list)}`);
  }
  const items = node.items as { readonly key: ParsedNode; readonly value: ParsedNode | null }[];
  const first = items.findIndex(({ value }) => value === null);
  if (first < 0) return undefined;
  const after = items.findIndex(({ value }, i) => i > first && value !== null);
  const last = items.at(after < 0 ? -1 : after - 1)!;
  const owner = items[first - 1];
  const start = (owner?.value ?? items[first]!.key).range[0];
  const bare = text.slice(start, last.key.range[1]);
  const isWhole = owner !== undefined || items.every(({ value }) => value === null);
  const list = isWhole ? (listMeant(bare) ?? listMeant(`(${bare})`)) : undefined;
  const key = owner && isScalar(owner.key) ? `${owner.key.value}: ` : '';
  return faultAt(
    start,
    list === undefined
      ? 'a key without a value; write key: value'
      : `a list needs square brackets: write ${key}${inYaml(list)}`,
  );
}

/** `[0,01, 0,001]`: a comma where English has a point makes two numbers of one. */
export function decimalCommaFault(node: ParsedNode, text: string): YamlFault | undefined {
  if (!('flow' in node) || !node.flow || isMap(node)) return undefined;
  const [start, end] = node.range;
  const [written, whole, decimals] = /(?<![\w.])(-?\d+),(0+\d+)(?![\w.])/.exec(text.slice(start, end)) ?? [];
  if (written === undefined) return undefined;
  return faultAt(start, `${written} is two numbers: for one, write ${whole}.${decimals}`);
}
