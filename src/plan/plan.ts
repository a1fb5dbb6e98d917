/** From what was asked to what will run: every trial, resolved and with its id, before the first one starts. */
import { createHash } from 'node:crypto';
import type { Experiment } from '../config/schema.ts';
import { pow } from '../kernels/base.ts';
import { type Cell, expandAxes } from './axes.ts';
import { notebookStreams } from './streams.ts';
import type { Streams, Trial } from './trial.ts';

interface Circumstances {
  /** The dataset's. */
  readonly fingerprint: string;
  /** The version of the arithmetic: results of two versions may differ in bits. */
  readonly numerics: string;
}

type PlannedTrial = Omit<Trial, 'index'>;

/**
 * Every trial of an experiment, in the order of its grids and replicates. A trial that two groups ask for, in all that
 * decides its result, is planned once.
 * @throws CifarNormError if an axis has a value that its setting does not allow
 */
export function planTrials(experiment: Experiment, circumstances: Circumstances): Trial[] {
  const cells = expandAxes(experiment, pow);
  const { numTraining, numValidation } = experiment;
  const trials = new Map<string, PlannedTrial>();
  for (let replicate = 0; replicate < experiment.replicates; replicate++) {
    const seed = experiment.seed + replicate;
    const streams = streamsOf(experiment, cells, seed);
    cells.forEach(({ axes, settings, group }, i) => {
      const content = { settings, split: { numTraining, numValidation }, streams: streams[i]! };
      const id = contentHash({ ...content, ...circumstances });
      const groups = group === undefined ? [] : [group];
      const known = trials.get(id);
      trials.set(
        id,
        known ? { ...known, groups: [...known.groups, ...groups] } : { id, axes, groups, seed, ...content },
      );
    });
  }
  return [...trials.values()].map((trial, index) => ({ ...trial, index }));
}

function streamsOf(experiment: Experiment, cells: readonly Cell[], seed: number): Streams[] {
  if (experiment.stream === 'paired') return cells.map(() => ({ init: seed }));
  const streams: Streams[] = [];
  for (const group of new Set(cells.map(cell => cell.group))) {
    const indices = [...cells.keys()].filter(i => cells[i]!.group === group);
    const settings = indices.map(i => cells[i]!.settings);
    const walked = notebookStreams(settings, seed, experiment.builtTogether);
    indices.forEach((index, i) => {
      streams[index] = walked[i]!;
    });
  }
  return streams;
}

/** The content's keys are always written in the same order, so equal contents have equal JSON. */
function contentHash(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 20);
}
