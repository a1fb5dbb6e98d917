/** Writes the report of runs: a page, its figures, or a summary in Markdown. */
import { lstat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { makeFolder, writeAtomically } from '../files/atomic.ts';
import { explained } from '../files/system-error.ts';
import { reportMarkdown } from '../report/page/markdown.ts';
import { reportPage } from '../report/page/page.ts';
import type { PageRun } from '../report/page/page-run.ts';
import { svgFiles } from '../report/page/svg-files.ts';
import { reproducingCommand } from './reproduce.ts';
import { type OpenRun, viewOf } from './views.ts';

export const reportFormats = ['html', 'svg', 'md'] as const;
export type ReportFormat = (typeof reportFormats)[number];

async function pageRunOf(run: OpenRun, label: string): Promise<PageRun> {
  const { identity, invocation, startedAt } = run;
  const command = await reproducingCommand(run);
  return { label, view: viewOf(run), identity, invocation, startedAt, command };
}

/**
 * Writes the report of one run or several: `html` is one self-contained page, `md` a summary in Markdown, `svg` a folder with a
 * file for each figure. Several runs are laid over one another, each named by its folder, and by those above it that tell it from a
 * run of the same name. The same runs give the same bytes.
 * @param runs finished or not; their records are read, so they must still be open
 * @param out a file; for `svg` a folder
 * @returns the paths written
 * @throws CifarNormError (usage) if a file cannot be written, or if a link, a device or a FIFO has its name
 */
export async function writeReport(
  runs: readonly OpenRun[],
  format: ReportFormat,
  out: string,
): Promise<string[]> {
  const labels = labelsOf(runs.map(({ folder }) => folder));
  const pages = await Promise.all(runs.map((run, i) => pageRunOf(run, labels[i]!)));
  try {
    switch (format) {
      case 'html':
        await write(out, reportPage(pages));
        return [out];
      case 'md':
        await write(out, [reportMarkdown(pages)]);
        return [out];
      case 'svg': {
        await makeFolder(out);
        const prefixes = distinct(labels.map(label => label.replaceAll('/', '-')));
        const files = pages.flatMap((page, i) =>
          svgFiles(page).map(({ name, text }) => ({
            path: join(out, pages.length > 1 ? `${prefixes[i]}-${name}` : name),
            text,
          })),
        );
        for (const { path, text } of files) await write(path, [text]);
        return files.map(({ path }) => path);
      }
      default:
        return format satisfies never;
    }
  } catch (error) {
    throw explained(error, 'usage', `cannot write ${out}`, 'name another place with --out');
  }
}

/** The shortest ends of paths that tell the folders apart: `run`, or `m1/run` and `m2/run`. */
export function labelsOf(folders: readonly string[]): string[] {
  const paths = folders.map(folder => folder.split(sep));
  const labels = paths.map((path, i) => {
    const others = paths.filter((_, j) => folders[j] !== folders[i]);
    const isShared = (end: readonly string[]) =>
      others.some(other => end.every((part, k) => part === other.at(k - end.length)));
    let length = 1;
    while (length < path.length && isShared(path.slice(-length))) length++;
    return path.slice(-length).join('/');
  });
  return distinct(labels);
}

/** The names; one that has been taken already, as by a run that is given twice, gets a number. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map(name => {
    let own = name;
    for (let number = 2; seen.has(own) || (own !== name && taken.has(own)); number++)
      own = `${name} (${number})`;
    seen.add(own);
    return own;
  });
}

/** Replaces only regular files: a page renamed over /dev/null would replace the device for every program. */
async function write(path: string, pieces: Iterable<string>): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there && !there.isFile())
    throw new CifarNormError('usage', `${path} is not a regular file`, 'name another place with --out');
  await writeAtomically(path, pieces);
}
