/** `node point.js DATA key=value..` runs once, and prints the time and peak memory of its process as JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataset, loadExperiment, locateData, runExperiment } from 'cifar-norm';

const [data, ...overrides] = process.argv.slice(2) as [string, ...string[]];
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-bench-'));
try {
  const file = join(folder, 'point.yaml');
  writeFileSync(file, 'epochs: 1\n');
  const { experiment, name } = await loadExperiment(file, overrides, { configsFolder: folder, cwd: folder });
  const context = {
    option: data,
    environment: undefined,
    config: undefined,
    cwd: process.cwd(),
    cacheFolder: folder,
  };
  const dataset = await loadDataset((await locateData(context)).place, { test: false });
  const before = process.resourceUsage().maxRSS;
  let start = 0;
  await runExperiment({
    name,
    experiment,
    dataset,
    folder: join(folder, 'run'),
    resultsFolder: folder,
    version: 'bench',
    numerics: 'portable',
    workers: 1,
    signal: new AbortController().signal,
    onPlanned: () => {
      start = performance.now();
    },
    onRecord: () => {},
  });
  const seconds = (performance.now() - start) / 1000;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, megabytes, megabytesOfData: before / 1024 }));
} finally {
  rmSync(folder, { recursive: true });
}
