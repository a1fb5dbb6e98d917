import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectationLines,
  expectationsJson,
  junitOf,
  scoreOf,
} from '../../src/analysis/expectation-report.ts';
import { checkExpectations, type Expectation, notApplicable } from '../../src/analysis/expectations.ts';
import { type Given, recorded, resultsOf } from './trials.ts';

const check = (expectation: Expectation, given: readonly Given[]) =>
  checkExpectations([expectation], resultsOf(...given))[0]!;
const status = (expectation: Expectation, given: readonly Given[]) => check(expectation, given).status;

const seeds = (...accuracies: readonly number[]): Given[] =>
  accuracies.map((bestValAccuracy, seed) => ({ seed, bestValAccuracy }));

it('an expectation with seeds applies to runs of these seeds alone', () => {
  const learns = { learns: true, seeds: [231, 232] };
  const run = (...ran: readonly number[]) => ran.map(seed => ({ seed, bestValAccuracy: 0.3 }));
  expect(status(learns, run(232))).toBe('pass');
  expect(status({ learns: false, seeds: [231] }, run(231))).toBe('fail');
  for (const given of [run(7), run(231, 232, 233)])
    expect(check(learns, given)).toMatchObject({
      status: 'not applicable',
      sentence: 'It is claimed only for seeds 231 and 232.',
    });
  expect(check({ ...learns, seeds: [231] }, run(7)).sentence).toBe('It is claimed only for seed 231.');
});

describe('the notebook, on CIFAR-10', () => {
  const weightScale: readonly Expectation[] = [
    { where: { normalization: 'batchnorm' }, learns: true },
    { where: { normalization: 'none', weightScale: { below: 1e-3 } }, learns: false },
    { where: { normalization: 'none', weightScale: { above: 0.2 } }, blowsUp: true },
    { where: { normalization: 'batchnorm' }, blowsUp: false },
    {
      measure: 'bestValAccuracy',
      where: { normalization: 'batchnorm', weightScale: { below: 0.02 } },
      better: { than: { normalization: 'none' }, by: 0.05 },
    },
  ];
  it.each(weightScale)('%j passes', expectation => {
    expect(status(expectation, recorded('weight-scale'))).toBe('pass');
  });

  it.each<Expectation>([
    { where: { normalization: 'none' }, learns: true },
    { where: { normalization: 'none' }, blowsUp: false },
    {
      measure: 'bestTrainAccuracy',
      better: { than: { normalization: 'none' } },
      where: { normalization: 'batchnorm' },
    },
  ])('%j fails', expectation => {
    expect(status(expectation, recorded('weight-scale'))).toBe('fail');
  });

  it('compares with the only plain net, whatever its batch size', () => {
    const better = (normalization: 'batchnorm' | 'layernorm', batchSize: number) =>
      check(
        {
          measure: 'lastTrainAccuracy',
          where: { normalization, batchSize },
          better: { than: { normalization: 'none' } },
        },
        recorded('batch-size'),
      );
    expect(better('batchnorm', 5)).toMatchObject({ status: 'fail', seeds: 1 });
    expect(better('batchnorm', 50)).toMatchObject({
      status: 'pass',
      sentence: '.859 against .648 (one seed).',
    });
    expect(better('layernorm', 5).status).toBe('pass');
  });
});

describe('bounds', () => {
  const measure = 'bestValAccuracy';

  it.each([
    [{ atLeast: 0.3 }, 'pass'],
    [{ above: 0.3 }, 'fail'],
    [{ atMost: 0.3 }, 'pass'],
    [{ below: 0.3 }, 'fail'],
    [{ atLeast: 0.2, below: 0.4 }, 'pass'],
    [{ atLeast: 0.2, below: 0.25 }, 'fail'],
  ] as const)('one seed at .300 is decided by its figure: %j: %s', (bounds, wanted) => {
    expect(check({ measure, ...bounds }, seeds(0.3))).toMatchObject({
      status: wanted,
      seeds: 1,
      sentence: '.300 (one seed).',
    });
  });

  // Mean .300, sd .01, n 3: the 95 % interval is .300 ± 4.3027 .01 / sqrt(3), .2752 to .3248.
  it.each([
    [{ atLeast: 0.275 }, 'pass'],
    [{ atLeast: 0.276 }, 'undecided'],
    [{ atLeast: 0.325 }, 'fail'],
    [{ atMost: 0.325 }, 'pass'],
    [{ atMost: 0.324 }, 'undecided'],
    [{ below: 0.275 }, 'fail'],
    [{ above: 0.27, below: 0.32 }, 'undecided'],
    [{ above: 0.33, below: 0.32 }, 'fail'],
  ] as const)('three seeds around .300 are decided by their interval: %j: %s', (bounds, wanted) => {
    const outcome = check({ measure, ...bounds }, seeds(0.29, 0.3, 0.31));
    expect(outcome).toMatchObject({ status: wanted, seeds: 3 });
    expect(outcome.sentence).toBe('.300 (95 % interval .275 to .325, 3 seeds).');
  });

  it('a loss that is not finite meets no bound', () => {
    expect(status({ measure: 'finalTrainLoss', atMost: 1e9 }, [{ status: 'diverged' }])).toBe('fail');
  });

  it('a decision never contradicts the opposite claim', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 1000 }),
        (values, bound) => {
          const given = seeds(...values.map(value => value / 1000));
          const [over, under] = [
            status({ measure, above: bound / 1000 }, given),
            status({ measure, atMost: bound / 1000 }, given),
          ];
          const opposite: Record<string, string> = { pass: 'fail', fail: 'pass', undecided: 'undecided' };
          expect(under).toBe(opposite[over]);
        },
      ),
    );
  });
});

describe('better', () => {
  const pairs = (gains: readonly number[]): Given[] =>
    gains.flatMap((gain, seed): Given[] => [
      {
        axes: { normalization: 'batchnorm' },
        seed,
        bestValAccuracy: 0.3 + gain + seed / 20,
        finalTrainLoss: 1 - gain,
      },
      { axes: { normalization: 'none' }, seed, bestValAccuracy: 0.3 + seed / 20, finalTrainLoss: 1 },
    ]);
  const better = (measure: Expectation['measure'], by?: number): Expectation => ({
    ...{ measure, where: { normalization: 'batchnorm' } },
    better: { than: { normalization: 'none' }, by },
  });

  it('is decided by the pairs, so a spread that both nets share does not matter', () => {
    const outcome = check(better('bestValAccuracy', 0.01), pairs([0.019, 0.02, 0.021, 0.02]));
    expect(outcome).toMatchObject({ status: 'pass', seeds: 4 });
    expect(outcome.sentence).toBe('.395 against .375 (better by .019 to .021, corrected p <.001, 4 seeds).');
    expect(status(better('bestValAccuracy', 0.02), pairs([0.019, 0.02, 0.021, 0.02]))).toBe('undecided');
    expect(status(better('bestValAccuracy', 0.03), pairs([0.019, 0.02, 0.021, 0.02]))).toBe('fail');
  });

  it('means lower for a loss', () => {
    expect(status(better('finalTrainLoss'), pairs([0.019, 0.02, 0.021]))).toBe('pass');
    expect(status(better('finalTrainLoss'), pairs([-0.019, -0.02, -0.021]))).toBe('fail');
  });

  it('with one seed is decided by the figures, and says so', () => {
    expect(check(better('bestValAccuracy'), pairs([0.001]))).toMatchObject({ status: 'pass', seeds: 1 });
    expect(check(better('bestValAccuracy'), pairs([0.001])).sentence).toContain('one seed');
    expect(status(better('bestValAccuracy'), pairs([0]))).toBe('fail');
  });

  it('fails if there is nothing to compare with', () => {
    const outcome = check(
      { measure: 'bestValAccuracy', better: { than: { normalization: 'layernorm' } } },
      seeds(0.3),
    );
    expect(outcome).toMatchObject({ status: 'fail' });
    expect(outcome.sentence).toContain('no cell has normalization layernorm');
  });
});

describe('learns and blowsUp', () => {
  it('some seeds that blow up decide neither way', () => {
    const given: Given[] = [{ seed: 1 }, { seed: 2, status: 'diverged' }];
    expect(check({ blowsUp: true }, given)).toMatchObject({
      status: 'undecided',
      sentence: '1 of 2 seeds blow up.',
    });
    expect(status({ blowsUp: false }, given)).toBe('undecided');
    expect(status({ blowsUp: true }, [given[1]!])).toBe('pass');
  });

  it('an accuracy whose interval holds chance is undecided', () => {
    expect(check({ learns: true }, seeds(0.1, 0.3))).toMatchObject({ status: 'undecided', seeds: 2 });
    expect(status({ learns: false }, seeds(0.1, 0.3))).toBe('undecided');
  });

  it('a trial that failed meets no expectation', () => {
    for (const expectation of [{ learns: true }, { learns: false }, { blowsUp: true }, { blowsUp: false }])
      expect(status(expectation, [{ status: 'failed' }])).toBe('fail');
  });
});

describe('where', () => {
  it('finds settings that are no axes, and numbers that differ in their last bits', () => {
    const given = [{ axes: { weightScale: 0.1 + 0.2 }, settings: { hiddenDims: [50, 50] } }];
    expect(
      status({ where: { weightScale: 0.3, hiddenDims: [50, 50], updateRule: 'adam' }, learns: true }, given),
    ).toBe('pass');
    expect(status({ where: { hiddenDims: [50] }, learns: true }, given)).toBe('fail');
  });

  it('without a matching cell fails and says so', () => {
    const outcome = check({ where: { weightScale: { above: 5 } }, learns: true }, seeds(0.3));
    expect(outcome).toMatchObject({
      status: 'fail',
      seeds: 0,
      sentence: 'No cell of the run has weightScale above 5.',
    });
  });

  it('one cell that fails is enough, and is named', () => {
    const given = [0.1, 0.2, 0.3].map(weightScale => ({
      axes: { weightScale },
      bestValAccuracy: weightScale,
    }));
    const outcome = check({ measure: 'bestValAccuracy', atLeast: 0.15 }, given);
    expect(outcome).toMatchObject({
      status: 'fail',
      sentence: '1 of 3 cells fails: weightScale 0.1: .100 (one seed).',
    });
  });
});

describe('reports', () => {
  const awkward = `a<b> & "c" 'd'\n\u0000\u001b[31m\ud800 π`;
  const outcomes = [
    ...checkExpectations(
      [
        { say: awkward, learns: true, points: 2 },
        { learns: false, points: 3 },
        { measure: 'bestValAccuracy', atLeast: 0.3 },
      ],
      resultsOf(...seeds(0.29, 0.3, 0.31)),
    ),
    notApplicable({ say: 'on CIFAR-10', learns: true, points: 4 }, 'The images are synthetic.'),
  ];

  it('points count for what passed, out of what applies', () => {
    expect(scoreOf(outcomes)).toEqual({
      points: 2,
      of: 6,
      counts: { pass: 1, fail: 1, undecided: 1, 'not applicable': 1 },
    });
  });

  it('lines say the status, the seeds it is undecided at, and the claim', () => {
    expect(expectationLines(outcomes)[2]).toBe(
      'undecided at 3 seeds - every net: best validation accuracy at least 0.3: .300 (95 % interval .275 to .325, 3 seeds).',
    );
  });

  it('JSON keeps everything', () => {
    expect(JSON.parse(JSON.stringify(expectationsJson(outcomes))).expectations).toHaveLength(4);
  });

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
    'JUnit is read by an XML parser, whatever the names hold',
    () => {
      const program =
        'import sys, json, xml.etree.ElementTree as E\nr = E.fromstring(sys.stdin.buffer.read())\n' +
        'print(json.dumps([r.attrib, [[c.get("name"), c.get("classname"), [e.tag for e in c], c.find("properties/property").get("value")] for c in r.iter("testcase")]]))';
      const { stdout, stderr } = spawnSync('python3', ['-c', program], {
        input: junitOf(outcomes, 'a & <b>'),
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const [totals, cases] = JSON.parse(stdout);
      expect(totals).toEqual({ tests: '4', failures: '1', errors: '0', skipped: '2' });
      expect(cases).toEqual([
        [
          `a<b> & "c" 'd'\n\ufffd\ufffd[31m\ufffd π (every net: learns)`,
          'a & <b>',
          ['properties', 'system-out'],
          '2',
        ],
        ['every net: does not learn', 'a & <b>', ['properties', 'failure'], '3'],
        ['every net: best validation accuracy at least 0.3', 'a & <b>', ['properties', 'skipped'], '1'],
        ['on CIFAR-10 (every net: learns)', 'a & <b>', ['properties', 'skipped'], '4'],
      ]);
    },
  );
});
