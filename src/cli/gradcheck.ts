/** What `gradcheck` prints and writes. */
import { join, resolve } from 'node:path';
import picocolors from 'picocolors';
import { groupBy } from '../analysis/group-by.ts';
import { type Bound, type CheckResult, summarizeCells } from '../checks/check.ts';
import { runChecks } from '../checks/checks.ts';
import { checkExperiment } from '../checks/net-checks.ts';
import { loadExperiment } from '../config/load.ts';
import { sweepCells } from '../config/sweep-cells.ts';
import { makeFolder, writeAtomically } from '../files/atomic.ts';
import { explained } from '../files/system-error.ts';
import { pow } from '../kernels/base.ts';
import { gradcheckCsv } from '../report/gradcheck-csv.ts';
import { textTable } from '../report/terminal/text-table.ts';
import { wrap } from '../report/text.ts';
import type { Context, OutputOptions } from './context.ts';

export interface GradcheckOptions extends OutputOptions {
  readonly verbose?: true | undefined;
  readonly out?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

export async function gradcheck(
  experiment: string | undefined,
  options: GradcheckOptions,
  context: Context,
): Promise<void> {
  const terminal = context.terminal(options);
  const settings =
    experiment === undefined ? [] : await settingsOf(experiment, options.set ?? [], context.cwd);
  const results = [...runChecks(() => performance.now()), ...checkExperiment(settings)];
  if (options.out !== undefined) await writeCsv(resolve(context.cwd, options.out), results);
  const pass = results.every(result => result.pass);
  if (!pass) context.exit(1);
  if (options.json) terminal.json({ pass, cases: results });
  else terminal.print(textOf(results, options.verbose ?? false, terminal));
}

async function settingsOf(experiment: string, set: readonly string[], cwd: string) {
  const loaded = await loadExperiment(experiment, set, cwd);
  return sweepCells(loaded.experiment, pow).map(cell => cell.settings);
}

async function writeCsv(folder: string, results: readonly CheckResult[]): Promise<void> {
  const path = join(folder, 'gradcheck.csv');
  try {
    await makeFolder(folder);
    await writeAtomically(path, gradcheckCsv(results));
  } catch (error) {
    throw explained(error, 'usage', `cannot write ${path}`, 'choose another folder with --out DIR');
  }
}

/** One line for each cell of the notebook and the verdict; with `verbose`, and for what fails, every quantity above. */
function textOf(
  results: readonly CheckResult[],
  verbose: boolean,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const { green, red, bold } = picocolors.createColors(color);
  const cells = summarizeCells(results);
  const shown = verbose ? results : cells.flatMap(({ failed }) => failed);
  const lines = cells.map(({ cell, pass, judged, failed }) => [
    cell,
    pass ? `${judged} checks` : `${failed.length} of ${judged} fail`,
    pass ? green('ok') : red(bold('FAILED')),
  ]);
  const judged = results.filter(({ bound }) => bound !== null).length;
  const failed = results.filter(({ pass }) => !pass).length;
  return [
    ...(shown.length > 0 ? [quantityTable(shown, color), '', ...notesOf(shown, width), ''] : []),
    textTable(['cell', 'result', ''], lines, { color }),
    '',
    failed === 0 ? green(`All ${judged} checks pass.`) : red(`${failed} of ${judged} checks fail.`),
    ...(verbose || failed > 0 ? [] : ['Every quantity with its bound: cifar-norm gradcheck --verbose']),
  ].join('\n');
}

function quantityTable(results: readonly CheckResult[], color: boolean): string {
  const { green, red, bold } = picocolors.createColors(color);
  const rows = [...groupBy(results, result => result.case)].flatMap(([name, group]) => [
    [bold(name), '', '', ''],
    ...group.map(({ quantity, value, bound, pass }) => [
      `  ${quantity}`,
      valueText(value),
      boundText(bound),
      bound === null ? '' : pass ? green('ok') : red(bold('FAILED')),
    ]),
  ]);
  return textTable(['case, quantity', 'value', 'bound', 'verdict'], rows, { color });
}

function notesOf(results: readonly CheckResult[], width: number): string[] {
  const noted = groupBy(
    results.filter(({ note }) => note !== ''),
    ({ note }) => note,
  );
  return [...noted].flatMap(([note, group]) => {
    const where = group.map(result => `${result.case} ${result.quantity}`).join(', ');
    return wrap(`${where}: ${note}`, width);
  });
}

const valueText = (value: number | readonly number[]): string =>
  typeof value === 'number'
    ? short(value, 9)
    : value.map(v => short(v, value.length > 3 ? 3 : 4, 1)).join(' ');

function boundText(bound: Bound): string {
  if (bound === null) return '';
  if (typeof bound === 'number') return `at most ${bound.toExponential()}`;
  const wanted = new Set(bound.near.map(v => short(v, 7)));
  return `${[...wanted].join(', ')} ±${bound.within.toExponential()}`;
}

function short(value: number, digits: number, small = 2): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return String(value);
  return size >= 1e-2 && size < 1e4 ? value.toPrecision(digits) : value.toExponential(small);
}
