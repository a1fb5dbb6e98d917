/** The command that repeats a run. */
import { isDeepStrictEqual } from 'node:util';
import { listExperiments, loadExperiment } from '../config/load.ts';
import { decisivePart } from '../config/schema.ts';
import { NUMERICS } from '../kernels/numerics.ts';
import { oneLine, shellWord } from '../report/text.ts';
import type { OpenRun } from './views.ts';

/** A shipped experiment by its name, with `--set` for each key that was changed; any other from a file. */
export async function reproducingCommand({ identity, invocation, trials }: OpenRun): Promise<string> {
  const { name, experiment, data, numerics } = identity;
  const flags = [
    ...seedFlags([...new Set(trials.map(({ seed }) => seed))], experiment.seed),
    ...(numerics === NUMERICS.fused ? ['--numerics fused'] : []),
    ...(data.kind === 'synthetic' ? ['--data synthetic'] : []),
  ];
  const verb = invocation?.command ?? 'sweep';
  if (!(await listExperiments()).includes(name)) {
    const words = ['cifar-norm', verb, shellWord(`./${name}.json`), ...flags].join(' ');
    return `# save what manifest.json has under "experiment" as ${oneLine(name)}.json; then
${words}`;
  }
  const { experiment: shipped } = await loadExperiment(name);
  const decisive = decisivePart(shipped);
  const changed = [...new Set([...Object.keys(experiment), ...Object.keys(decisive)])].filter(
    key => !isDeepStrictEqual(experiment[key], decisive[key]),
  );
  const sets = changed.map(key => `--set ${shellWord(`${key}=${settingText(experiment[key])}`)}`);
  return ['cifar-norm', verb, name, ...sets, ...flags].join(' ');
}

/** Replicates have the seeds `first`, `first` + 1, ...; other seeds are listed. */
function seedFlags(seeds: readonly number[], first: unknown): string[] {
  if (seeds.some((seed, i) => seed !== Number(first) + i))
    return [`--set ${shellWord(`seeds=[${seeds.join(', ')}]`)}`];
  return seeds.length > 1 ? [`--replicates ${seeds.length}`] : [];
}

const settingText = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
