import { CLASS_NAMES, type Dataset, IMAGE_SHAPE, type Images } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import { textTable } from '../../report/terminal/text-table.ts';
import { attemptText, type Context, type OutputOptions } from '../context.ts';

const VALIDATION = 1000;
const TEST = 1000;

export async function dataInfo(
  options: OutputOptions & { readonly data?: string | undefined },
  context: Context,
): Promise<void> {
  const terminal = context.terminal(options);
  const { place, attempts } = await context.findData(options.data);
  const dataset = await loadDataset(place, { test: true });
  const splits = splitsOf(dataset);
  if (options.json) {
    const { kind, source, fingerprint } = dataset;
    terminal.json({ looked: attempts, kind, source, fingerprint, splits });
    return;
  }
  terminal.print(`Looked for CIFAR-10 in\n${attempts.map(attemptText).join('\n')}`);
  terminal.print(
    dataset.kind === 'synthetic'
      ? '\nUsing synthetic images, made by this program in the shape of CIFAR-10. Figures are not those of CIFAR-10.\nFetch CIFAR-10 with: cifar-norm data download'
      : `\nUsing ${dataset.source}`,
  );
  terminal.print(`fingerprint ${dataset.fingerprint}\n`);
  for (const { name, shape, labels } of splits) {
    terminal.print(`X_${name}: (${shape.join(', ')})`);
    terminal.print(`y_${name}: (${labels.reduce((sum, count) => sum + count, 0)},)`);
  }
  const rows = CLASS_NAMES.map((name, label) => [name, ...splits.map(({ labels }) => String(labels[label]))]);
  const align = ['left', ...splits.map(() => 'right')] as ('left' | 'right')[];
  terminal.print(
    `\n${textTable(['label', ...splits.map(({ name }) => name)], rows, { color: terminal.color, align })}`,
  );
}

/** The notebook's split: the last 1000 training images validate, the first 1000 test images test. */
function splitsOf({ train, test }: Dataset) {
  const numTraining = Math.max(0, train.count - VALIDATION);
  const split = (name: string, images: Images, from: number, to: number) => {
    const labels = new Array<number>(CLASS_NAMES.length).fill(0);
    for (const label of images.labels.subarray(from, to)) labels[label]!++;
    return { name, shape: [to - from, ...IMAGE_SHAPE], labels };
  };
  return [
    split('train', train, 0, numTraining),
    split('val', train, numTraining, train.count),
    split('test', test!, 0, Math.min(TEST, test!.count)),
  ];
}
