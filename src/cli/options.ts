/** Options that several commands share. */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { expandHome, variableIn } from '../config/user-path.ts';
import { kernelChoices } from '../kernels/backend.ts';
import { NUMERICS, type Numerics } from '../kernels/numerics.ts';
import type { Shard } from '../plan/shard.ts';
import type { RunFormat } from './print-run.ts';

type Options = Record<string, unknown>;

/** --json, --quiet and --no-color. */
export const withOutput = <Args extends unknown[], Opts extends Options>(command: Command<Args, Opts>) =>
  command
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'show no progress')
    .option('--no-color', 'use no colors; NO_COLOR has the same effect');

/**
 * A path as a user writes it, with `~` replaced where the shell does not, as in `--out=~/runs`. An empty one would be the working
 * folder, and comes from a shell variable that is not set.
 */
export function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty: is a variable of the shell not set?');
  const fault = variableIn(text);
  if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
  return expandHome(text);
}

export const paths = (text: string, previous: readonly string[] = []): string[] => [...previous, path(text)];

export const pathOption = <Flags extends string>(flags: Flags, description: string) =>
  new Option(flags, description).argParser(path);

export const dataOption = () =>
  pathOption(
    '--data <place>',
    'folder or archive of CIFAR-10, or synthetic; by default the places that data info lists are searched, and synthetic images are used if none has it',
  );

export const workersOption = () =>
  new Option('--workers <n>', 'threads to train on, or 0 for the main thread; results do not depend on it')
    .argParser(wholeNumber(0, 1024))
    .default(availableParallelism(), 'the cores of this machine');

export const shardOption = () =>
  new Option(
    '--shard <i/n>',
    'run part i of n, parts of equal estimated cost; each needs an --out of its own, and merge puts them together',
  ).argParser((text: string): Shard => {
    const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
    if (index && count && index <= count) return { index, count };
    throw new InvalidArgumentError('It must be I/N, with I from 1 to N: 2/8.');
  });

export const numericsOption = () =>
  new Option(
    '--numerics <arithmetic>',
    'portable: the same bits on every processor; fused: faster, the same bits on every processor that fuses multiplication and addition',
  )
    .choices(Object.keys(NUMERICS) as Numerics[])
    .default('portable' as Numerics);

export const queueOption = (what: string) =>
  new Option(
    '--queue [url]',
    `${what}: redis://HOST:PORT, or rediss://USER:PASSWORD@HOST:PORT; by default CIFAR_NORM_QUEUE`,
  );

/** An empty URL is refused later, when the program connects. */
export const queueUrl = (
  option: string | true | undefined,
  { CIFAR_NORM_QUEUE = '' }: NodeJS.ProcessEnv,
): string | undefined => (option === true ? CIFAR_NORM_QUEUE || undefined : option);

/** How the results of a run are printed; --json is short for --format json. */
export const formatOption = () =>
  new Option('--format <format>', 'text, json, or junit (the expectations, for graders)')
    .choices(['text', 'json', 'junit'] satisfies RunFormat[])
    .default('text' as RunFormat);

export const kernelsOption = () =>
  new Option(
    '--kernels <kernels>',
    'what computes: auto takes the widest that the processor has; results do not depend on it',
  ).choices(kernelChoices);

/** How a run is named as an argument. */
export const RUN_ARGUMENT = "a run's folder, or its name in ./results";

export function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

export const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}
