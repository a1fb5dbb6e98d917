/**
 * Makes the pictures of the README: charts of real runs, and a recording of a terminal. Needs a build, CIFAR-10 where every
 * command finds it, and tmux. From the top folder: node docs/pictures/make.mjs [charts | recording]
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { separateLines, terminalSvg } from './terminal-svg.mjs';

const [COLUMNS, ROWS] = [88, 30];
/** Seconds between two captures of the terminal. */
const INTERVAL = 0.1;
/** A slower run is shortened to so many seconds and screens. */
const [LONGEST, MOST_SCREENS] = [10, 60];
/** The figures of the README: experiment, number of its chart, file. */
const CHARTS = [
  ['weight-scale', 1, 'weight-scale-accuracy.svg'],
  ['weight-scale', 3, 'weight-scale-loss.svg'],
  ['batch-size', 1, 'batch-size-batchnorm.svg'],
  ['batch-size', 3, 'batch-size-layernorm.svg'],
];

const program = fileURLToPath(new URL('../../bin/cifar-norm.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-pictures-'));
const place = name => fileURLToPath(new URL(name, import.meta.url));

try {
  const [what] = process.argv.slice(2);
  if (what !== 'recording') charts();
  if (what !== 'charts') await recording();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function charts() {
  for (const experiment of new Set(CHARTS.map(([name]) => name))) {
    run('sweep', experiment, '--out', experiment, '--quiet');
    run('report', experiment, '--format', 'svg');
  }
  for (const [experiment, number, file] of CHARTS) {
    const figures = join(folder, experiment, 'figures');
    const name = readdirSync(figures).find(each => each.startsWith(`${number}-`));
    copyFileSync(join(figures, name), place(file));
  }
}

function run(...words) {
  execFileSync(process.execPath, [program, ...words], { cwd: folder });
}

/** Hides folder names of this machine, which mean nothing to a reader. */
function anywhere(text) {
  return text.replace(/(?<= )\/\S*\/(?=\S)/g, '~/');
}

function shorten(screens) {
  const every = Math.ceil(screens.length / MOST_SCREENS);
  const kept = screens.filter((_, i) => i % every === 0);
  const total = screens.reduce((sum, { seconds }) => sum + seconds, 0);
  for (const screen of kept) screen.seconds *= every * Math.min(1, LONGEST / total);
  screens.splice(0, screens.length, ...kept);
}

/** A sweep as its reader sees it: the progress, then its output page by page. */
async function recording() {
  const socket = `cifar-norm-${process.pid}`;
  const tmux = (...words) => execFileSync('tmux', ['-L', socket, ...words], { encoding: 'utf8' });
  const done = join(folder, 'done');
  const command = `printf '$ npx cifar-norm sweep weight-scale\\n'; '${process.execPath}' '${program}' sweep weight-scale; touch done; sleep 60`;
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  const env = { ...process.env, CI: undefined, NO_COLOR: undefined };
  execFileSync(
    'tmux',
    ['-L', socket, '-f', '/dev/null', 'new-session', '-d', ...size, '-c', folder, command],
    { env },
  );
  const screens = [];
  try {
    while (!existsSync(done)) {
      const text = anywhere(tmux('capture-pane', '-e', '-p'));
      const before = screens.at(-1);
      if (before?.text === text) before.seconds += INTERVAL;
      else screens.push({ text, lines: separateLines(text), seconds: INTERVAL });
      await wait(1000 * INTERVAL);
    }
    shorten(screens);
    const all = separateLines(anywhere(tmux('capture-pane', '-e', '-p', '-S', '-')).trimEnd());
    const finding = all.findIndex(line => line.includes('Finding'));
    for (let at = finding; at < all.length; at += ROWS - 2)
      screens.push({ lines: all.slice(Math.min(at, all.length - ROWS), at + ROWS), seconds: 4 });
  } finally {
    tmux('kill-server');
  }
  const title =
    'A terminal: cifar-norm sweep weight-scale trains forty nets, then prints its finding, a table and charts.';
  writeFileSync(place('sweep.svg'), terminalSvg(screens, COLUMNS, ROWS, title));
}
