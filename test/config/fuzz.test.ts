/** Whatever is written, the loader gives an experiment or a CifarNormError; it neither hangs nor breaks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { experimentSchema, settingKeys } from '../../src/config/schema.ts';
import { expandAxes } from '../../src/plan/axes.ts';
import { FUZZ_TIMEOUT, fuzz } from '../fuzzing.ts';
import { configsFolder, loadShipped, loadText, SHIPPED, scratchFolder } from './loading.ts';

const scratch = scratchFolder();
const keys = Object.keys(experimentSchema.shape);

const expanded = async (loading: Promise<Parameters<typeof expandAxes>[0]>) =>
  expandAxes(await loading, Math.pow);

const piece = fc.oneof(
  fc.constantFrom(...keys, ...settingKeys, 'none', 'batchnorm', 'logspace', 'notebook', 'group', 'y', 'loss'),
  fc.constantFrom(
    ': ',
    ':\n',
    '\n',
    '\n  ',
    '\n- ',
    '- ',
    ' ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '# ',
    '"',
    "'",
    '? ',
    '|\n ',
    '>\n ',
  ),
  fc.constantFrom(
    '&a ',
    '*a',
    '!!str ',
    '!x ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '<<: ',
    '~',
    '\t',
    '\r\n',
    '__proto__',
    '@',
  ),
  fc.constantFrom('0', '-1', '1e-3', '2.5', '1e400', '.nan', '0x10', '99999999999999999999', 'true', 'null'),
  fc.string({ maxLength: 5 }),
);
const yamlish = fc
  .tuple(
    fc.constantFrom('', 'epochs: 2\n', 'sweep:\n  batchSize: [5, 10]\n', 'title: '),
    fc.array(piece, { maxLength: 30 }),
  )
  .map(([start, pieces]) => start + pieces.join(''));

describe('the loader is orderly', { timeout: FUZZ_TIMEOUT }, () => {
  it('with text like YAML', async () => {
    await fuzz('config: text like YAML', 0.08, yamlish, text => expanded(loadText(scratch.path, text)));
  });

  it('with any bytes', async () => {
    await fuzz('config: any bytes', 0.08, fc.uint8Array({ maxLength: 200 }), bytes =>
      expanded(loadText(scratch.path, bytes)),
    );
  });

  it('with values of any kind under the right keys', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        0,
        1,
        50,
        1e9,
        'none',
        [5, 10],
        [[5], [6]],
        { logspace: [0, 400, 5] },
        { logspace: [1, 2, 1e4] },
      ),
    );
    const settings = fc.dictionary(fc.constantFrom(...settingKeys), value, { maxKeys: 6 });
    const chart = fc.dictionary(fc.constantFrom('x', 'y', 'clamp', 'z'), value);
    const experiment = fc
      .tuple(
        fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 5 }),
        fc.oneof(value, settings, fc.array(settings, { maxLength: 4 })),
        fc.oneof(value, fc.array(chart, { maxLength: 3 })),
      )
      .map(([base, sweep, charts]) => JSON.stringify({ ...base, sweep, charts }));
    await fuzz('config: any values', 0.06, experiment, text => expanded(loadText(scratch.path, text)));
  });

  it('with shipped experiments that were damaged', async () => {
    const texts = SHIPPED.map(name =>
      readFileSync(join(configsFolder, `${name}.yaml`), 'utf8').replace(/^#.*\n/gm, ''),
    );
    const damaged = fc
      .tuple(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.nat(12), piece), { minLength: 1, maxLength: 4 }),
      )
      .map(([text, edits]) =>
        edits.reduce((old, [place, length, insert]) => {
          const start = place % (old.length + 1);
          return old.slice(0, start) + insert + old.slice(start + length);
        }, text),
      );
    await fuzz('config: damaged experiments', 0.1, damaged, text => expanded(loadText(scratch.path, text)));
  });

  it('with any overrides', async () => {
    const key = fc.oneof(
      fc.constantFrom(...keys, 'sweep.0', 'sweep.1.batchSize', 'sweep.reg', 'charts.0.y', 'charts.1'),
      fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join('.')),
    );
    const override = fc.oneof(
      fc.tuple(key, yamlish).map(([name, value]) => `${name}=${value}`),
      fc.tuple(key, piece).map(([name, value]) => `${name}=${value}`),
      fc.string(),
    );
    const asked = fc.tuple(fc.constantFrom(...SHIPPED), fc.array(override, { maxLength: 4 }));
    await fuzz('config: overrides', 0.1, asked, ([name, overrides]) =>
      expanded(loadShipped(name, overrides)),
    );
  });
});
