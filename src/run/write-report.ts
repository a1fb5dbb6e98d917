/** Writes the report of runs: a page, its figures, or a summary in Markdown. */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { explained, writeAtomically } from '../files/atomic.ts';
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
 * file for each figure. Several runs are laid over one another. The same runs give the same bytes.
 * @param runs finished or not; their records are read, so they must still be open
 * @param out a file; for `svg` a folder
 * @returns the paths written
 * @throws CifarNormError (usage) if a file cannot be written
 */
export async function writeReport(
  runs: readonly OpenRun[],
  format: ReportFormat,
  out: string,
): Promise<string[]> {
  const pages = await Promise.all(runs.map(pageRunOf));
  try {
    switch (format) {
      case 'html':
        await writeAtomically(out, reportPage(pages));
        return [out];
      case 'md':
        await writeAtomically(out, [reportMarkdown(pages)]);
        return [out];
      case 'svg': {
        await mkdir(out, { recursive: true });
        const files = pages.flatMap(page =>
          svgFiles(page).map(({ name, text }) => ({
            path: join(out, pages.length > 1 ? `${page.label}-${name}` : name),
            text,
          })),
        );
        for (const { path, text } of files) await writeAtomically(path, [text]);
        return files.map(({ path }) => path);
      }
      default:
        return format satisfies never;
    }
  } catch (error) {
    throw explained(error, 'usage', `cannot write ${out}`, 'name another place with --out');
  }
}
