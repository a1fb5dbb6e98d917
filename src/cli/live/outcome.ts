/** Describes the outcome of a trial that has ended. */
import picocolors from 'picocolors';
import { unitText } from '../../analysis/words.ts';
import { measures } from '../../records/measures.ts';
import type { TrialRecord } from '../../records/record.ts';
import { oneLine } from '../../report/text.ts';

/** After its name: `best validation accuracy 0.312` */
export function outcomeText(record: TrialRecord): string {
  const { status, iterations, error = '' } = record;
  if (status === 'failed') return `failed: ${oneLine(error)}`;
  if (status === 'diverged') return `diverged after ${iterations} iterations`;
  return `best validation accuracy ${measures.bestValAccuracy.of(record, 1)?.toFixed(3)}`;
}

/** On a line of its own, the outcome comes first, so that outcomes line up: `val .312 weightScale 0.1, none` */
export function outcomeLine(name: string, record: TrialRecord, color: boolean): string {
  const { red, yellow } = picocolors.createColors(color);
  const { status, iterations, error = '' } = record;
  if (status === 'failed') return `${red('failed')} ${name}: ${oneLine(error)}`;
  if (status === 'diverged') return `${yellow('diverged')} ${name}, after ${iterations} iterations`;
  return `val ${unitText.fraction(measures.bestValAccuracy.of(record, 1) ?? 0)} ${name}`;
}
