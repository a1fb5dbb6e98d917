import picocolors from 'picocolors';
import type { Bound, CheckResult } from '../../checks/check.ts';
import { runChecks } from '../../checks/checks.ts';
import { textTable } from '../../report/table.ts';
import { wrap } from '../../report/text.ts';
import { groupBy } from '../../run/result.ts';
import type { Exit, OutputOptions } from '../program.ts';
import { terminalOf } from '../terminal.ts';

const WIDTH = 80;

export function gradcheck(options: OutputOptions, exit: Exit): void {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const cases = runChecks(() => performance.now());
  const failed = cases.filter(({ pass }) => !pass);
  if (failed.length > 0) exit(1);
  if (options.json) {
    terminal.print(JSON.stringify({ pass: failed.length === 0, cases }, null, 2));
    return;
  }
  const { green, red, bold } = picocolors.createColors(terminal.color);
  const rows = [...groupBy(cases, result => result.case)].flatMap(([name, results]) => [
    [bold(name), '', '', ''],
    ...results.map(({ quantity, value, bound, pass }) => [
      `  ${quantity}`,
      valueText(value),
      boundText(bound),
      bound === null ? '' : pass ? green('ok') : red(bold('FAILED')),
    ]),
  ]);
  terminal.print(textTable(['case, quantity', 'value', 'bound', 'verdict'], rows, { color: terminal.color }));
  for (const line of notes(cases)) terminal.print(line);
  const judged = cases.filter(({ bound }) => bound !== null).length;
  terminal.print(
    failed.length === 0
      ? green(`All ${judged} checks pass.`)
      : red(`${failed.length} of ${judged} checks failed.`),
  );
}

function notes(cases: readonly CheckResult[]): string[] {
  const byNote = new Map<string, string[]>();
  for (const { note, case: name, quantity } of cases) {
    if (note !== '') byNote.set(note, [...(byNote.get(note) ?? []), `${name} ${quantity}`]);
  }
  return ['', ...[...byNote].flatMap(([note, where]) => wrap(`${where.join(', ')}: ${note}`, WIDTH)), ''];
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
