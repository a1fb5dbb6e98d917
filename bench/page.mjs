/**
 * Measures the report page, by the number of trials and the length of histories: processor seconds and memory of `report`, and the time to
 * the first paint in Chromium, beside that of an empty page. Needs a build and Chromium (CHROMIUM names another): node bench/page.mjs
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const ROUNDS = 7;
const program = fileURLToPath(new URL('../bin/cifar-norm.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-page-'));
const runs = [
  { trials: 40, iterations: 200 },
  { trials: 250, iterations: 200 },
  { trials: 500, iterations: 200 },
  { trials: 1000, iterations: 200 },
  { trials: 10, iterations: 2500 },
  { trials: 10, iterations: 5000 },
  { trials: 10, iterations: 10_000 },
];

/** Trains a run of tiny nets, then measures writing its page. */
function report({ trials, iterations }) {
  const name = `${trials}x${iterations}`;
  const experiment = {
    ...{ hiddenDims: [2], trainImages: 100, numTraining: 100, numValidation: 50, batchSize: 10 },
    epochs: iterations / 10,
    sweep: { normalization: ['batchnorm', 'none'], weightScale: { logspace: [-4, 0, trials / 2] } },
  };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(experiment));
  const words = ['sweep', `./${name}.json`, '--data', 'synthetic', '--out', name, '--quiet'];
  execFileSync(process.execPath, [program, ...words], { cwd: folder, stdio: 'ignore' });
  const peak =
    'data:text/javascript,process.on("exit",()=>console.error(JSON.stringify(process.resourceUsage())))';
  const { stderr } = spawnSync(process.execPath, ['--import', peak, program, 'report', name], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(stderr);
  const seconds = (userCPUTime + systemCPUTime) / 1e6;
  const page = join(folder, name, 'report.html');
  return { name, page, seconds, megabytes: maxRSS / 1024, kilobytes: statSync(page).size / 1000 };
}

async function firstPaint(browser, page) {
  const tab = await browser.newPage();
  await tab.goto(pathToFileURL(page).href);
  const time = await tab.evaluate(
    () =>
      new Promise(resolve => {
        new PerformanceObserver(list => {
          const entry = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
          if (entry) resolve(entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  await tab.close();
  return time;
}

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];

try {
  const empty = join(folder, 'empty.html');
  writeFileSync(empty, '<!doctype html><title>empty</title><p>empty</p>');
  const pages = runs.map(report);
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'];
  const executablePath = places.find(place => place && existsSync(place));
  const browser = executablePath && (await chromium.launch({ executablePath, args: ['--no-sandbox'] }));
  const times = new Map([empty, ...pages.map(({ page }) => page)].map(page => [page, []]));
  for (let round = 0; browser && round < ROUNDS; round++)
    for (const [page, list] of times) list.push(await firstPaint(browser, page));
  await browser?.close();
  const nothing = median(times.get(empty));
  console.log('trials x iterations     report    memory      page    first paint    of an empty page');
  for (const { name, page, seconds, megabytes, kilobytes } of pages) {
    const paint = median(times.get(page));
    console.log(
      `${name.padEnd(19)} ${seconds.toFixed(2).padStart(8)} s ${megabytes.toFixed(0).padStart(6)} MB ${kilobytes.toFixed(0).padStart(6)} KB ${browser ? `${paint.toFixed(0).padStart(11)} ms ${(paint / nothing).toFixed(1).padStart(18)}` : ''}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
