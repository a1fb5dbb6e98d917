/**
 * Every sentence true: a second reading, which shares no line with the program's own, judges all that the program prints about
 * made-up runs. `npm run test:findings -- --runs N --from K` judges more of them, `--null N` simulates more runs without a difference.
 */
import { describe, expect, it, vi } from 'vitest';
import { alteredOf, judgedOf } from './check.ts';
import { type NullName, nullKinds } from './null-runs.ts';
import { claimNames, forbidden, mostOf, simulated } from './simulate.ts';

const numberFrom = (name: string, usual: number): number =>
  Number(process.env[`CIFAR_NORM_FINDINGS_${name}`] ?? usual);
// Made-up runs take as long as the machine needs.
vi.setConfig({ testTimeout: 1_800_000 });

const [runs, from, nulls] = [numberFrom('RUNS', 500), numberFrom('FROM', 1), numberFrom('NULL', 60)];

/** No more are looked for. */
const MOST_SHOWN = 20;

describe.runIf(runs > 0)('made-up runs', () => {
  it(`no sentence about ${runs} of them is false`, async () => {
    const wrong: string[] = [];
    let sentences = 0;
    let number = from;
    for (; number < from + runs && wrong.length < MOST_SHOWN; number++) {
      const judged = await judgedOf(number).catch((error: Error) => {
        throw new Error(`made-up run ${number}`, { cause: error });
      });
      sentences += judged.length;
      for (const { place, form, text, faults } of judged)
        if (faults.length > 0)
          wrong.push(`${number}, ${place} (${form}): ${text}\n    ${faults.join('\n    ')}`);
    }
    const again = wrong.length > 0 ? `; --runs 1 --from N makes run N again\n${wrong.join('\n')}` : '';
    console.log(
      `made-up runs ${from} to ${number - 1}: ${sentences} sentences, ${wrong.length} false${again}`,
    );
    expect(wrong).toEqual([]);
  });

  it('a sentence with one figure or word altered is found to be false', () => {
    const altered = Array.from({ length: 40 }, (_, i) => alteredOf(from + i)).flat();
    const unseen = altered.filter(({ faults }) => faults.length === 0);
    expect(altered.length).toBeGreaterThan(200);
    // A digit of "about 18,846 seeds", or of a p that rests on sampled flips, may change unseen.
    expect(unseen.length / altered.length, unseen.map(({ text }) => text).join('\n')).toBeLessThan(0.02);
  });
});

describe.runIf(nulls > 0)('runs without a difference', () => {
  const names = (Object.keys(nullKinds) as NullName[]).filter(name => nullKinds[name].effect === 0);
  it.each(
    names.flatMap(name => (name === 'guessers' ? [1, 3, 6, 12] : [3, 6, 12]).map(seeds => ({ name, seeds }))),
  )(
    '$name, $seeds seeds: at most 6 % claim a difference, a trend, a speed or a learner',
    ({ name, seeds }) => {
      const { claims, faults } = simulated(name, seeds, nulls);
      console.log(
        `${nulls} x ${name}, ${seeds} seeds: ${claimNames.map(claim => `${claim} ${((100 * claims[claim]) / nulls).toFixed(2)} %`).join(', ')}`,
      );
      expect(faults).toEqual([]);
      for (const claim of forbidden(name))
        expect(claims[claim], claim).toBeLessThanOrEqual(Math.max(0.06 * nulls, mostOf(nulls)));
    },
  );

  it('with six seeds at least 90 % claim a difference of three deviations in one of ten cells', () => {
    const { claims, faults } = simulated('two nets, d_z = 3 in one of ten cells', 6, nulls);
    console.log(
      `${nulls} x d_z = 3 in one of ten cells, 6 seeds: difference ${((100 * claims.difference) / nulls).toFixed(2)} %`,
    );
    expect(faults).toEqual([]);
    expect(claims.difference).toBeGreaterThanOrEqual(0.9 * nulls - 4 * Math.sqrt(nulls * 0.09));
  });
});
