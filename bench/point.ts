/** `node point.js DATA key=value..` runs once, and prints the time and peak memory of its process as JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataset, locateData, runExperiment } from 'cifar-norm';

const [option, ...set] = process.argv.slice(2) as [string, ...string[]];
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-bench-'));
try {
  const nowhere = { environment: undefined, config: undefined, cacheFolder: undefined };
  const { place } = await locateData({ option, cwd: process.cwd(), ...nowhere });
  const data = await loadDataset(place);
  const before = process.resourceUsage().maxRSS;
  let start = 0;
  const run = await runExperiment(
    { epochs: 1 },
    {
      ...{ data, set, out: join(folder, 'run'), workers: 1 },
      onEvent: ({ kind }) => {
        if (kind === 'planned') start = performance.now();
      },
    },
  );
  const seconds = (performance.now() - start) / 1000;
  await run.close();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const kernels = run.invocation?.kernels;
  console.log(JSON.stringify({ seconds, megabytes, megabytesOfData: before / 1024, kernels }));
} finally {
  rmSync(folder, { recursive: true });
}
