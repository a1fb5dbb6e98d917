/** How often a worker tells of epochs, and how much. */
import { expect, it } from 'vitest';
import { epochTeller } from '../../src/run/queue/tell-epochs.ts';

/** Tells of epochs at these milliseconds, and returns which epochs each message had. */
async function sentOf(times: readonly number[], losses = 1): Promise<number[][]> {
  const sent: number[][] = [];
  let clock = 0;
  const tell = epochTeller(
    async progress => void (progress !== 'disputed' && sent.push(progress.epochs.map(({ epoch }) => epoch))),
    () => clock,
  );
  for (const [epoch, time] of times.entries()) {
    clock = time;
    const measured = { trainAccuracy: 0, valAccuracy: 0, losses: Array<number>(losses).fill(2) };
    tell({ kind: 'epoch', worker: 1, epoch, ...measured });
    await Promise.resolve().then(() => {});
  }
  return sent;
}

it('at most once a second, every epoch in its turn', async () => {
  expect(await sentOf([300, 999, 1000, 1500, 1999, 2100, 5000])).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
});

it('no more of a trial that has too much to tell', async () => {
  expect(await sentOf([1000, 2000, 2100, 3000, 9000], 600)).toEqual([[0], [1]]);
});
