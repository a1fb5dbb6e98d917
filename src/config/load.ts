/** Loads an experiment by its name or file, and checks it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CifarNormError } from '../errors.ts';
import { explained, isAbsent } from '../files/system-error.ts';
import { explain } from './explain.ts';
import { problemsOf } from './issues.ts';
import { nearest } from './nearest.ts';
import { applyOverrides } from './overrides.ts';
import { KEYS_HINT, problemsError } from './problems.ts';
import { examine } from './rules.ts';
import { type Experiment, type ExperimentInput, experimentSchema, isDecisive } from './schema.ts';
import type { Cell } from './sweep-cells.ts';
import { warningsOf } from './warnings.ts';
import { isMap, readYaml } from './yaml.ts';

/** The shipped experiments; the path is the same from src/ and from dist/. */
const SHIPPED = fileURLToPath(new URL('../../configs', import.meta.url));

const MAX_BYTES = 128 * 1024;
const EXTENSION = /\.(ya?ml|json)$/i;

export interface LoadedExperiment {
  /** The file's base name, reduced to letters and digits of any script and `-_.`: safe as the name of a folder. */
  readonly name: string;
  readonly experiment: Experiment;
  /** The cells that will run. */
  readonly cells: readonly Cell[];
  /** What is valid but hardly meant, a line each. None for a shipped experiment as it is. */
  readonly warnings: readonly string[];
  /** It was named, not given as a file or an object. */
  readonly shipped: boolean;
  /** What a relative `data` is relative to: the file's folder, or the working folder if an override set it. */
  readonly dataFolder: string;
  /** An override set a key, other than the seed, that can change the result of a trial, even if to the same value. */
  readonly changed: boolean;
}

/**
 * Loads an experiment, applies overrides and checks the result.
 *
 * @param source a shipped experiment (`weight-scale`); a file, which is anything with a path separator or the extension
 *   .yaml, .yml or .json; or the experiment itself.
 * @param overrides `key=value` strings, see `applyOverrides`.
 * @param cwd folder against which the user's paths are resolved.
 * @throws CifarNormError (usage, config) that lists every problem with its place.
 */
export async function loadExperiment(
  source: string | ExperimentInput,
  overrides: readonly string[] = [],
  cwd: string = process.cwd(),
): Promise<LoadedExperiment> {
  const { name, shown, text, folder } = await read(source, cwd);
  const yaml = readYaml(text, ({ line, column }) => `${shown}:${line}:${column}:`, { root: 'map' });
  if (!isMap(yaml.value)) {
    throw new CifarNormError('config', `${shown}: expected keys with values, such as epochs: 10`, KEYS_HINT);
  }
  const { experiment, written } = applyOverrides(yaml.value, overrides);
  const parsed = experimentSchema.safeParse(experiment, { error: explain });
  const { cells, problems } = parsed.success
    ? examine(parsed.data)
    : { cells: [], problems: problemsOf(parsed.error.issues, experiment) };
  if (!parsed.success || problems.length > 0) {
    const loneGrid = !Array.isArray(experiment.sweep);
    throw problemsError(problems, { file: shown, yaml, written, loneGrid });
  }
  const shipped = typeof source === 'string' && !isPath(source);
  const changed = written.some(({ path: [key] }) => key !== 'seed' && isDecisive(key!));
  const warnings = shipped && !changed ? [] : warningsOf(parsed.data, cells);
  const dataFolder = written.some(({ path: [key] }) => key === 'data') ? cwd : folder;
  return { name, experiment: parsed.data, cells, warnings, shipped, dataFolder, changed };
}

/** The text of an experiment, what to call the run, and what errors call the text. JSON is YAML. */
async function read(source: string | ExperimentInput, cwd: string) {
  if (typeof source === 'object')
    return { name: 'experiment', shown: 'experiment', text: JSON.stringify(source, null, 2), folder: cwd };
  const file = await findFile(source, cwd);
  const shown = isPath(source) ? source : basename(file);
  return { name: nameOf(file), shown, text: await readText(file, shown), folder: dirname(file) };
}

/** Names of the shipped experiments, sorted. */
export async function listExperiments(): Promise<string[]> {
  const files = await readdir(SHIPPED);
  return files
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -'.yaml'.length))
    .sort();
}

async function findFile(nameOrFile: string, cwd: string): Promise<string> {
  if (isPath(nameOrFile)) return resolve(cwd, nameOrFile);
  const names = await listExperiments();
  if (names.includes(nameOrFile)) return resolve(SHIPPED, `${nameOrFile}.yaml`);
  const meant = nearest(nameOrFile, names);
  throw new CifarNormError(
    'usage',
    `there is no experiment ${JSON.stringify(nameOrFile)}${meant ? `; did you mean ${meant}?` : ''}`,
    `the shipped experiments are ${names.join(', ')}; write your own file as a path, such as ./mine.yaml`,
  );
}

function isPath(nameOrFile: string): boolean {
  return /[/\\]/.test(nameOrFile) || EXTENSION.test(nameOrFile);
}

async function readText(file: string, shown: string): Promise<string> {
  const fail = (reason: string, hint?: string): never => {
    throw new CifarNormError('config', `cannot read ${shown}: ${reason}`, hint);
  };
  const refuse = (error: unknown): never => {
    if (isAbsent(error)) fail('there is no such file', 'name a shipped experiment without an extension');
    throw explained(error, 'config', `cannot read ${shown}`);
  };
  const stats = await stat(file).catch(refuse);
  if (!stats.isFile()) fail('it is not a file');
  if (stats.size > MAX_BYTES) fail(`it has ${stats.size} bytes; the limit is ${MAX_BYTES}`);
  const bytes = await readFile(file).catch(refuse);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail('it is not UTF-8 text');
  }
}

/** Most bytes of a name: file systems allow 255, and folders of runs add to it. */
const NAME_BYTES = 180;

/** Never empty; never begins with a dot or a dash. */
function nameOf(file: string): string {
  // macOS gives an é back as an e and an accent.
  const name = basename(file)
    .normalize('NFC')
    .replace(EXTENSION, '')
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-')
    .replace(/^[.-]+/, '');
  const letters = [...name].slice(0, 100);
  while (Buffer.byteLength(letters.join('')) > NAME_BYTES) letters.pop();
  return letters.join('') || 'experiment';
}
