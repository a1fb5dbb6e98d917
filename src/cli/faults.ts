/** What commands that judge a run hold against it. */
import type { ExpectationOutcome } from '../analysis/expectations.ts';
import { type Result, tally } from '../analysis/results.ts';
import { counted } from '../analysis/words.ts';
import { oneLine } from '../report/text.ts';

interface Judged {
  readonly planned: number;
  readonly results: readonly Result[];
  /** Empty if they are not judged yet. */
  readonly expectations: readonly ExpectationOutcome[];
  /** Which command trains failed trials again. */
  readonly command: 'the same command' | 'the command that began the run';
}

/** Trials that failed and expectations that do, in sentences; none if all is well. See docs/exit-codes.md. */
export function faultsOf({ planned, results, expectations, command }: Judged): string[] {
  const { failed } = tally(results);
  const unmet = expectations.filter(({ status }) => status === 'fail').length;
  const first = results.find(({ status }) => status === 'failed')?.error ?? 'unknown error';
  return [
    ...(failed > 0
      ? [
          `${failed} of ${counted(planned, 'trial')} failed, the first with: ${oneLine(first)}\nRun ${command} again to retry them.`,
        ]
      : []),
    ...(unmet > 0
      ? [`${unmet} of ${counted(expectations.length, 'expectation')} failed: the report lists the figures.`]
      : []),
  ];
}
