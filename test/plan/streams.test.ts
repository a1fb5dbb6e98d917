/** The notebook's one random stream, walked beforehand. */
import { expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.ts';
import { notebookStreams } from '../../src/plan/streams.ts';
import { RandomState } from '../../src/random/random-state.ts';

const IMAGE_SIZE = 3072;
const base = experimentSchema.parse({ hiddenDims: [], epochs: 1, trainImages: 4, batchSize: 2 });
const weights = IMAGE_SIZE * 10;

/** What the notebook does: it builds the nets one after the other, then trains them one after the other. */
it('nets built together are built before the first of them trains, whichever axis is the fastest', () => {
  const random = new RandomState(7);
  const expected: Record<string, unknown> = {};
  for (const scale of [1, 2]) {
    for (const normalization of ['none', 'batchnorm']) {
      expected[`init ${scale} ${normalization}`] = random.snapshot();
      random.randn(new Float64Array(weights));
    }
    for (const normalization of ['none', 'batchnorm']) {
      expected[`training ${scale} ${normalization}`] = random.snapshot();
      for (let step = 0; step < 2; step++) random.choice(4, new Int32Array(2));
    }
  }
  const slowNormalization = (['none', 'batchnorm'] as const).flatMap(normalization =>
    [1, 2].map(weightScale => ({ ...base, normalization, weightScale })),
  );
  const streams = notebookStreams(slowNormalization, 7, 'normalization');
  for (const [i, { weightScale, normalization }] of slowNormalization.entries()) {
    expect(streams[i]!.init).toEqual(expected[`init ${weightScale} ${normalization}`]);
    expect(streams[i]!.training).toEqual(expected[`training ${weightScale} ${normalization}`]);
  }
});
