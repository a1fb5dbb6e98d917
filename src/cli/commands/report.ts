import { spawn } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import { oneLine, shellWord } from '../../report/text.ts';
import type { ReportFormat } from '../../run/write-report.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Context } from '../context.ts';
import { openRun } from '../open-run.ts';
import { pathOption, paths, RUN_ARGUMENT, withOutput } from '../options.ts';

export function registerReport(program: Command, context: Context): void {
  withOutput(program.command('report'))
    .argument('<run...>', `${RUN_ARGUMENT}; several are laid over one another`, paths)
    .addOption(
      pathOption(
        '--out <path>',
        "the file, or for svg the folder (default: in the run's folder; of several runs, here)",
      ),
    )
    .addOption(
      new Option('--format <format>', 'html: one page; svg: each figure as a file; md: a summary in Markdown')
        .choices(['html', 'svg', 'md'] satisfies ReportFormat[])
        .default('html' as ReportFormat),
    )
    .option('--open', 'open the page in a browser')
    .summary('write a page about a run, or several')
    .description(
      'Writes one self-contained HTML page: the finding, figures, comparison, every trial, and how to run it again. It needs no network, and the same run gives the same bytes.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm report weight-scale-1a2b3c4d --open\n  cifar-norm report results/before results/after --out both.html\n  cifar-norm report weight-scale-1a2b3c4d --format svg --out figures',
    )
    .action(async (names, options) => {
      const [{ writeReport }, { noteOf }] = await Promise.all([
        import('../../run/write-report.ts'),
        import('../../run/views.ts'),
      ]);
      const terminal = context.terminal(options);
      const format = options.format as ReportFormat;
      const runs: StoredRun[] = [];
      try {
        for (const name of names) runs.push(await openRun(name, context, terminal));
        const folder = runs.length === 1 ? runs[0]!.folder : context.cwd;
        const file = { html: 'report.html', svg: 'figures', md: 'report.md' }[format];
        const out = options.out === undefined ? join(folder, file) : resolve(context.cwd, options.out);
        const written = await writeReport(runs, format, out);
        if (options.json) terminal.json({ files: written, runs: runs.map(noteOf) });
        else terminal.print(written.map(path => shown(path, context.cwd)).join('\n'));
        if (options.open && !(await openInBrowser(out)))
          terminal.warn(
            oneLine(
              `no browser could be started: open ${shellWord(shown(out, context.cwd))} in one yourself`,
            ),
          );
      } finally {
        for (const run of runs) await run.close();
      }
    });
}

const shown = (path: string, cwd: string): string => {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
};

/** How long the system's opener may take to say that it found no browser; one that it starts may keep it busy. */
const PATIENCE_MS = 2000;

/** Opens the file with the system's own opener. Returns false if there is none, or it reports a failure. */
async function openInBrowser(path: string): Promise<boolean> {
  const [command, ...words] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : ['xdg-open'];
  const opener = spawn(command!, [...words, path], { detached: true, stdio: 'ignore' });
  opener.unref();
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(true), PATIENCE_MS);
    const end = (isOpened: boolean) => {
      clearTimeout(timer);
      resolve(isOpened);
    };
    opener.on('error', () => end(false)).on('exit', code => end(code === 0));
  });
}
