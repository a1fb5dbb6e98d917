/** The dimensions that `scaling.ts` varies, one at a time, and sentences about the figures. Every number in a sentence is computed. */

export interface Row {
  readonly value: number;
  readonly seconds: number;
  /** Peak memory of the process. */
  readonly megabytes: number;
}

export interface Dimension {
  readonly title: string;
  readonly label: string;
  readonly what: string;
  readonly values: readonly number[];
  /** Settings, as `key=value`, that give the dimension this value. */
  overrides(value: number): readonly string[];
  /** What the measured rows show. */
  findings(rows: readonly Row[]): readonly string[];
}

const TINY = ['hiddenDims=[4]', 'trainImages=16', 'batchSize=16', 'numTraining=16', 'numValidation=16'];

export const dimensions: readonly Dimension[] = [
  {
    title: 'Images',
    label: 'trainImages',
    what: 'One epoch, five hidden layers of 100, minibatches of 50.',
    values: [1000, 3000, 10_000, 20_000, 49_000],
    overrides: value => [`trainImages=${value}`],
    findings: rows => {
      const first = rows[0]!;
      return [
        `${first.value} images take ${digits(first.seconds)} s, which includes the start of the worker, the mean image, and two accuracy checks, each on 1,000 validation images and up to 1,000 training images. Each further image takes ${digits(growth(rows, 'seconds') * 1e6)} microseconds.`,
        `Memory varies by ${range(rows.map(({ megabytes }) => megabytes)).toFixed(0)} MB: images stay bytes until they are multiplied.`,
      ];
    },
  },
  {
    title: 'Width',
    label: 'hiddenDims=[w, w]',
    what: '1,000 images, one epoch, two hidden layers of w.',
    values: [50, 100, 256, 512, 1024, 2048, 4096],
    overrides: value => [`hiddenDims=[${value}, ${value}]`],
    findings: rows => {
      const [before, last] = rows.slice(-2) as [Row, Row];
      const weights = ({ value: w }: Row) => 3072 * w + w * w + 10 * w;
      const bytes = ((last.megabytes - before.megabytes) * 2 ** 20) / (weights(last) - weights(before));
      return [
        `The net has 3072 w + w^2 + 10 w weights. The last doubling of w gives ${digits(weights(last) / weights(before))} times as many, and takes ${digits(last.seconds / before.seconds)} times as long.`,
        `The products work in blocks at every width. An update reads and writes three numbers per weight, and waits for memory once these no longer fit into the caches.`,
        `Between the last two rows, memory grows by ${digits(bytes / 4)} float32 numbers per weight: the weight, its best value, two moments, and what drawing the weights takes.`,
      ];
    },
  },
  {
    title: 'Depth',
    label: 'hidden layers of 50',
    what: '1,000 images, one epoch.',
    values: [1, 2, 5, 10, 20, 50, 100],
    overrides: value => [`hiddenDims=[${Array(value).fill(50).join(', ')}]`],
    findings: rows => {
      return [
        `Each layer beyond the first takes ${digits(growth(rows, 'seconds') * 1000)} ms and ${digits(growth(rows, 'megabytes') * 1024)} KB. The first has ${digits(3072 / 50)} times the weights of each further one.`,
      ];
    },
  },
  {
    title: 'Batch',
    label: 'batchSize',
    what: '1,000 images, one epoch, five hidden layers of 100.',
    values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    overrides: value => [`batchSize=${value}`],
    findings: rows => {
      const batches = rows.map(row => ({ ...row, value: 1000 / row.value }));
      const best = rows.reduce((a, b) => (b.seconds < a.seconds ? b : a));
      return [
        `An epoch computes the same products at every batch size, but makes one update per batch. From one batch of 1,000 to 1,000 batches of one, each further batch takes ${digits(growth(batches, 'seconds') * 1e6)} microseconds.`,
        `Batch size ${best.value} is the fastest; batch size 1 takes ${digits(rows[0]!.seconds / best.seconds)} times as long.`,
      ];
    },
  },
  {
    title: 'Trials',
    label: 'trials',
    what: '16 images, one hidden layer of 4, one epoch.',
    values: [1, 10, 100, 1000, 10_000, 50_000],
    overrides: value => [...TINY, `weightScale={logspace: [-3, 0, ${value}]}`],
    findings: rows => {
      const more = rows.slice(-2);
      return [
        `Between the last two rows, a trial takes ${digits(growth(more, 'seconds') * 1000)} ms and ${digits(growth(more, 'megabytes') * 1024)} KB. A single trial takes ${digits(rows[0]!.seconds)} s, nearly all of it to start the worker.`,
        `A record is flushed to disk before its trial counts as finished. Records that finish during a flush share the next one.`,
      ];
    },
  },
];

/** How much a figure grows per unit of the value, from the first row to the last. */
function growth(rows: readonly Row[], figure: 'seconds' | 'megabytes'): number {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  return (last[figure] - first[figure]) / (last.value - first.value);
}

const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
/** A figure for a sentence. */
export const digits = (value: number): string => String(Number(value.toPrecision(2)));
