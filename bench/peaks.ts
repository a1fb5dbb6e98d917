/** The processor's peak on one core: float32 products and additions in registers only, GFLOP/s (see peak.c and peak.mjs). */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wide } from './programs.ts';
import { timeOf } from './timing.ts';

const WIDTHS = [128, 256, 512];
const built = (name: string) => new URL(`./${name}`, import.meta.url);

/** The measurements of peaks that this machine can run, by name. */
export function peakMeasurements(tell: (text: string) => void): Map<string, () => number> {
  const measurements = new Map([[`WebAssembly, ${wide ? '256 bits by V8' : '128 bits'}`, webAssemblyPeak()]]);
  for (const suffix of ['', '-fused']) {
    for (const bits of WIDTHS) {
      const program = fileURLToPath(built(`peak-${bits}${suffix}`));
      const run = () => Number(spawnSync(program, { encoding: 'utf8' }).stdout);
      const name = `${bits} bits${suffix ? ', fused' : ''}`;
      if (existsSync(program) && run() > 0) measurements.set(name, run);
      else tell(`skipped: the peak of ${name} (not built, or not on this processor)`);
    }
  }
  return measurements;
}

function webAssemblyPeak(): () => number {
  const bytes = readFileSync(built(`peak-${wide ? 'wide' : 'narrow'}.wasm`));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const { run, FLOPS } = exports as { run(steps: number): void; FLOPS: WebAssembly.Global };
  const steps = 10_000;
  for (let i = 0; i < 50; i++) run(steps);
  return () => ((FLOPS.value as number) * steps) / 1e6 / timeOf(() => run(steps), 60);
}
