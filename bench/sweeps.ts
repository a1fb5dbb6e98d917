/** Times the notebook's sweeps with every back end, on every installed Node, beside the peers. Each round runs every program once. */
import { fileURLToPath } from 'node:url';
import { nodes, sweep } from './commands.ts';
import type { Peer, Timed } from './peers.ts';
import { runProgram } from './process.ts';
import { backEnds } from './programs.ts';
import { interleaved, type Spread, spreadOf } from './timing.ts';

const SWEEPS = ['weight-scale', 'batch-size'] as const;

export interface SweepRow {
  readonly sweep: string;
  readonly who: string;
  readonly kind: 'cifar-norm' | 'peer on one core' | 'peer on two cores';
  /** Excludes starting the program and reading the data. */
  readonly training: Spread;
  /** Wall-clock time of the whole program. */
  readonly whole: Spread;
  /** `whole` minus `training`. */
  readonly rest: Spread;
}

export interface SweepOptions {
  /** A folder of CIFAR-10's binary batches, the only format that the peers read. */
  readonly data: string;
  readonly numerics: string;
  readonly peers: readonly Peer[];
  tell(text: string): void;
}

export async function benchSweeps(
  rounds: number,
  { data, numerics, peers, tell }: SweepOptions,
): Promise<SweepRow[]> {
  const rows: SweepRow[] = [];
  const options = ['--data', data, '--numerics', numerics];
  // The first command reads the images from disk and fills caches; users mostly see the time of later ones.
  for (const [, node] of nodes()) await sweep(node, 'deep-net', options);
  for (const name of SWEEPS) {
    const measurements = new Map<string, () => Promise<Timed>>();
    const kinds = new Map<string, SweepRow['kind']>();
    const add = (who: string, kind: SweepRow['kind'], run: () => Promise<Timed>) => {
      measurements.set(who, run);
      kinds.set(who, kind);
    };
    for (const [title, node] of nodes()) {
      for (const kernels of backEnds)
        add(`cifar-norm ${kernels}, ${title}`, 'cifar-norm', () => sweep(node, name, options, { kernels }));
    }
    for (const peer of peers)
      add(peer.name, peer.parallel ? 'peer on two cores' : 'peer on one core', () => peer.run(data, name));
    if (name === 'weight-scale' && hasTensorflow())
      add('TensorFlow.js (wasm), from 1 trial', 'peer on one core', () => tensorflow(data));
    const values = await interleaved(rounds, measurements, round =>
      tell(`${name}: ${measurements.size} programs, round ${round} of ${rounds}`),
    );
    for (const [who, all] of values) {
      rows.push({
        ...{ sweep: name, who, kind: kinds.get(who)! },
        training: spreadOf(all.map(({ training }) => training)),
        whole: spreadOf(all.map(({ whole }) => whole)),
        rest: spreadOf(all.map(({ training, whole }) => whole - training)),
      });
    }
  }
  return rows;
}

/** See tfjs.ts for what to install. */
function hasTensorflow(): boolean {
  try {
    return ['tfjs', 'tfjs-backend-wasm'].every(name => import.meta.resolve(`@tensorflow/${name}`));
  } catch {
    return false;
  }
}

const WEIGHT_SCALE_TRIALS = 40;

/** Estimates the sweep from one trial, because the whole sweep takes minutes. */
async function tensorflow(data: string): Promise<Timed> {
  const script = fileURLToPath(new URL('./tfjs.js', import.meta.url));
  const { stdout, code, seconds } = await runProgram(process.execPath, [script, data]);
  if (code !== 0) throw new Error(`tfjs.js ended with ${code}`);
  const trial = Number(stdout.trim().split('\n').at(-1));
  return { training: WEIGHT_SCALE_TRIALS * trial, whole: seconds + (WEIGHT_SCALE_TRIALS - 1) * trial };
}
