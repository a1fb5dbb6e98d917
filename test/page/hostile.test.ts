/** A run whose title, name and groups try to become markup. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { executablePath, launch, visit } from './browser.ts';

const EVIL =
  '</title></style></script><script>alert(1)</script><img src=x onerror=alert(2)> "\' & `x` \u2028|\u001b[31m\u202e';

it('hostile names show as text in the page, the figures, Markdown and on the terminal', async () => {
  const cwd = emptyFolder();
  const experiment = {
    title: EVIL,
    description: EVIL,
    ...{ hiddenDims: [8], epochs: 1, trainImages: 50, numTraining: 100, numValidation: 100 },
    sweep: [{ group: EVIL.slice(0, 100), weightScale: [0.01, 0.1, 1] }],
    charts: [{ y: 'loss' }, { y: 'bestValAccuracy', x: 'weightScale' }],
  };
  writeFileSync(join(cwd, 'evil.json'), JSON.stringify(experiment));
  const swept = await cifarNorm(['sweep', './evil.json', '--data', 'synthetic', '--out', 'run'], { cwd });
  expect(swept.code, swept.stderr).toBe(0);
  expect(swept.stdout + swept.stderr).not.toMatch(/[^\P{Cc}\n]|\u202e|\u2028/u);
  for (const format of ['html', 'svg', 'md']) {
    const { code, stderr } = await cifarNorm(['report', 'run', '--format', format], { cwd });
    expect(code, stderr).toBe(0);
  }
  const html = readFileSync(join(cwd, 'run/report.html'), 'utf8');
  const figures = readdirSync(join(cwd, 'run/figures')).map(name =>
    readFileSync(join(cwd, 'run/figures', name), 'utf8'),
  );
  const markdown = readFileSync(join(cwd, 'run/report.md'), 'utf8');
  for (const text of [html, ...figures, markdown]) {
    expect(text).not.toMatch(/<script>alert|<img|[^\P{Cc}\n]|\u202e|\u2028/u);
    expect(text).toContain('&lt;img');
  }
  if (!executablePath) return;
  const browser = await launch();
  const { page, complaints } = await visit(browser, pathToFileURL(join(cwd, 'run/report.html')).href);
  expect(await page.locator('h1').textContent()).toContain('<script>alert(1)</script>');
  expect(await page.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
  await browser.close();
});
