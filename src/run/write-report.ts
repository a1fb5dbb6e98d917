/** Writes the report of runs: a page, its figures, or a summary in Markdown. */
import { lstat, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CifarNormError } from '../errors.ts';
import { writeAtomically } from '../files/atomic.ts';
import { explained } from '../files/system-error.ts';
import { reportMarkdown } from '../report/page/markdown.ts';
import { reportPage } from '../report/page/page.ts';
import type { PageRun } from '../report/page/page-run.ts';
import { svgFiles } from '../report/page/svg-files.ts';
import { reproducingCommand } from './reproduce.ts';
import { type OpenRun, viewOf } from './views.ts';

export const reportFormats = ['html', 'svg', 'md'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export async function pageRunOf(run: OpenRun): Promise<PageRun> {
  const { folder, identity, invocation, startedAt } = run;
  const command = await reproducingCommand(run);
  return { label: basename(folder), view: viewOf(run), identity, invocation, startedAt, command };
}

/**
 * Writes the report of one run or several: `html` is one self-contained page, `md` a summary in Markdown, `svg` a folder with a
 * file for each figure. Several runs are laid over one another; those whose folders have the same name are numbered. The same
 * runs give the same bytes.
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
  const pages = withOwnLabels(await Promise.all(runs.map(pageRunOf)));
  try {
    switch (format) {
      case 'html':
        await write(out, reportPage(pages));
        return [out];
      case 'md':
        await write(out, [reportMarkdown(pages)]);
        return [out];
      case 'svg': {
        await mkdir(out, { recursive: true });
        const files = pages.flatMap(page =>
          svgFiles(page).map(({ name, text }) => ({
            path: join(out, pages.length > 1 ? `${page.label}-${name}` : name),
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

/** Gives each run its own label, which names it on the page and in the file names of its figures. */
function withOwnLabels(pages: readonly PageRun[]): PageRun[] {
  const taken = new Set<string>();
  return pages.map(page => {
    let { label } = page;
    for (let number = 2; taken.has(label); number++) label = `${page.label}-${number}`;
    taken.add(label);
    return { ...page, label };
  });
}

/** Replaces only regular files: a page renamed over /dev/null would replace the device for every program. */
async function write(path: string, pieces: Iterable<string>): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there && !there.isFile())
    throw new CifarNormError('usage', `${path} is not a regular file`, 'name another place with --out');
  await writeAtomically(path, pieces);
}
