/** A run whose title, name and groups try to become markup. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { executablePath, launch, visit } from './browser.ts';

/** A file or a folder may have such a name too. */
const [FILE, RUN] = [`evil <img> & 'x'.json`, 'run <img onerror=x>"&'];
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
  writeFileSync(join(cwd, FILE), JSON.stringify(experiment));
  const swept = await cifarNorm(['sweep', `./${FILE}`, '--data', 'synthetic', '--out', RUN], { cwd });
  expect(swept.code, swept.stderr).toBe(0);
  expect(swept.stdout + swept.stderr).not.toMatch(/[^\P{Cc}\n]|\u202e|\u2028/u);
  for (const format of ['html', 'svg', 'md']) {
    const { code, stderr } = await cifarNorm(['report', RUN, '--format', format], { cwd });
    expect(code, stderr).toBe(0);
  }
  expect((await cifarNorm(['report', RUN, RUN, '--out', 'both.html'], { cwd })).code).toBe(0);
  const read = (path: string) => readFileSync(join(cwd, path), 'utf8');
  const figures = readdirSync(join(cwd, RUN, 'figures')).map(name => join(RUN, 'figures', name));
  const pages = [join(RUN, 'report.html'), 'both.html'];
  for (const text of [...pages, ...figures, join(RUN, 'report.md')].map(read)) {
    expect(text).not.toMatch(/<script>alert|<img|[^\P{Cc}\n]|\u202e|\u2028/u);
    expect(text).toContain('&lt;img');
  }
  if (!executablePath) return;
  const browser = await launch();
  for (const path of [...pages, ...figures]) {
    const { page, complaints } = await visit(browser, pathToFileURL(join(cwd, path)).href);
    const title = page.locator(path.endsWith('.html') ? 'h1, h2.run' : 'svg > g > text.label');
    const expected = path.endsWith('.html') ? EVIL.slice(0, 50) : '<script>alert(1)</script>';
    expect((await title.allTextContents()).join('\n')).toContain(expected);
    expect(await page.locator('img, parsererror, b').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  }
  await browser.close();
});
