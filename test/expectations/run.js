/**
 * `npm run test:expectations -- [--data PLACE] [--seeds N]` runs every shipped experiment that expects something with the seeds 1 to N (20) and
 * its own, one seed a run, on real CIFAR-10, and prints with how many seeds each expectation holds. Exit code 1 if one fails with a
 * seed that it claims to hold for. It takes about five minutes on two cores, and needs a build.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listExperiments, loadExperiment } from '../../dist/config/load.js';
import { loadDataset, locateData, runExperiment } from '../../dist/index.js';

const beside = fileURLToPath(new URL('../../../shared/data/cifar-10-binary.tar.gz', import.meta.url));
const { values } = parseArgs({
  options: { data: { type: 'string', default: beside }, seeds: { type: 'string', default: '20' } },
});
const nowhere = { environment: undefined, config: undefined, cacheFolder: undefined };
const { place } = await locateData({ option: values.data, cwd: process.cwd(), ...nowhere });
const data = await loadDataset(place);
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-expectations-'));
let failed = 0;
try {
  for (const name of await listExperiments()) {
    const { experiment } = await loadExperiment(name);
    if (!experiment.expect) continue;
    // Expectations of a file of one's own apply to every seed.
    const copy = join(folder, `${name}.yaml`);
    cpSync(fileURLToPath(new URL(`../../configs/${name}.yaml`, import.meta.url)), copy);
    const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
    const held = new Map();
    for (const seed of [experiment.seed, ...seeds.filter(each => each !== experiment.seed)]) {
      const out = join(folder, `${name}-${seed}`);
      const run = await runExperiment(copy, { data, set: { seed }, out });
      for (const { name: claim, status, sentence } of run.expectations()) {
        if (!held.has(claim)) held.set(claim, []);
        held.get(claim).push({ seed, status, sentence });
      }
      await run.close();
      rmSync(out, { recursive: true });
      process.stderr.write(`${name}, seed ${seed}\n`);
    }
    console.log(`\n${name}`);
    for (const [claim, outcomes] of held) {
      const misses = outcomes.filter(({ status }) => status !== 'pass');
      failed += misses.length;
      console.log(`  ${outcomes.length - misses.length} of ${outcomes.length} seeds: ${claim}`);
      for (const { seed, status, sentence } of misses)
        console.log(`    seed ${seed}: ${status}: ${sentence}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;
