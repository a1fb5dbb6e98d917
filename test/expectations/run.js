/**
 * `npm run test:expectations -- [--data PLACE] [--seeds N] [--only NAME] [--workers N]` runs each shipped experiment that expects something
 * with its own seed and with the seeds 1 to N (20), one seed a run, on real CIFAR-10. Prints with how many seeds each expectation holds.
 * Exit code 1 if one does not hold with a seed that it is claimed for; without `seeds` it is claimed for any. Takes some six minutes of two
 * cores, and needs a build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listExperiments, loadExperiment } from '../../dist/config/load.js';
import { checkExpectations, loadDataset, locateData, runExperiment } from '../../dist/index.js';

const beside = fileURLToPath(new URL('../../../shared/data/cifar-10-binary.tar.gz', import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: beside },
    seeds: { type: 'string', default: '20' },
    only: { type: 'string' },
    workers: { type: 'string' },
  },
});
const nowhere = { environment: undefined, config: undefined, cacheFolder: undefined };
const { place } = await locateData({ option: values.data, cwd: process.cwd(), ...nowhere });
const data = await loadDataset(place);
const workers = values.workers === undefined ? undefined : Number(values.workers);
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-expectations-'));
let failed = 0;
try {
  for (const name of values.only?.split(',') ?? (await listExperiments())) {
    const { experiment } = await loadExperiment(name);
    const { expect = [] } = experiment;
    if (expect.length === 0) continue;
    const others = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
    const judged = expect.map(() => []);
    for (const seed of [experiment.seed, ...others.filter(each => each !== experiment.seed)]) {
      const out = join(folder, `${name}-${seed}`);
      const run = await runExperiment(name, { data, workers, set: { seed }, out });
      const claims = expect.map(({ seeds: _, ...claim }) => claim);
      for (const [i, outcome] of checkExpectations(claims, run.results).entries())
        judged[i].push({ seed, ...outcome });
      await run.close();
      rmSync(out, { recursive: true });
      process.stderr.write(`${name}, seed ${seed}: ${judged.map(each => each.at(-1).status).join(', ')}\n`);
    }
    console.log(`\n${name}`);
    for (const [i, outcomes] of judged.entries()) {
      const { seeds } = expect[i];
      const misses = outcomes.filter(({ status }) => status !== 'pass');
      const broken = misses.filter(({ seed }) => seeds === undefined || seeds.includes(seed));
      failed += broken.length;
      const claimed = seeds === undefined ? 'any seed' : `seed ${seeds.join(', ')}`;
      console.log(`  ${outcomes[0].name}`);
      console.log(
        `    claimed for ${claimed}, holds with ${outcomes.length - misses.length} of ${outcomes.length}`,
      );
      for (const { seed, status, sentence } of misses)
        console.log(`    seed ${seed}: ${status}: ${sentence}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;
