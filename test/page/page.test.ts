/** The report of real runs, in a real browser, opened from disk. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder, readCsv } from '../e2e/cli.ts';
import { executablePath, launch, visit } from './browser.ts';

const folder = emptyFolder();
const run = join(folder, 'run');
const url = pathToFileURL(join(run, 'report.html')).href;
const layers = join(folder, 'layers');
const layersUrl = pathToFileURL(join(layers, 'report.html')).href;
const SMALL = '--set hiddenDims=[20,20] --set epochs=3 --set trainImages=200 --set numTraining=500';
let browser: Browser;

beforeAll(async () => {
  const words = `sweep weight-scale --data synthetic ${SMALL} --out ${run} --quiet`;
  const { code, stderr } = await cifarNorm(words.split(' '), { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await cifarNorm(['report', run], { cwd: folder })).stdout).toBe('run/report.html\n');
  const trained = `train deep-net --data synthetic ${SMALL} --set diagnostics=true --out ${layers} --quiet`;
  expect((await cifarNorm(trained.split(' '), { cwd: folder })).code).toBe(0);
  await cifarNorm(['report', layers], { cwd: folder });
  if (executablePath) browser = await launch();
});
afterAll(async () => browser?.close());

it('gives the same bytes each time, and stays small', async () => {
  const before = readFileSync(join(run, 'report.html'));
  await cifarNorm(['report', run, '--out', 'again.html'], { cwd: folder });
  expect(readFileSync(join(folder, 'again.html')).equals(before)).toBe(true);
  expect(before.length).toBeLessThan(400_000);
});

it('lays several runs over one another, and says what they differ in', async () => {
  const other = `sweep weight-scale --data synthetic ${SMALL} --seed 7 --out other --quiet`;
  await cifarNorm(other.split(' '), { cwd: folder });
  const { stdout } = await cifarNorm(['report', run, 'other', '--out', 'both.html'], { cwd: folder });
  expect(stdout).toBe('both.html\n');
  const page = readFileSync(join(folder, 'both.html'), 'utf8');
  expect(page).toContain('seed: 231 -&gt; 7');
  expect(page).toMatch(
    /aria-label="Best validation accuracy by weightScale[^"]*run: batch norm[^"]*other: batch norm/,
  );
});

it('says loudly that images are synthetic', () => {
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('class="synthetic"');
});

describe.skipIf(!executablePath)('in Chromium', () => {
  it('opens from disk with no complaint and no request', async () => {
    const { page, complaints } = await visit(browser, url);
    expect(await page.title()).toBe('Batch normalization and the scale of the initial weights');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows under the pointer and by arrow keys the values of trials.csv', async () => {
    const { page } = await visit(browser, url);
    const rows = readCsv(join(run, 'trials.csv'));
    const figure = page.locator('figure.chart', { hasText: 'Best validation accuracy by' }).first();
    const readout = figure.locator('.readout');
    const of = (scale: string | undefined, net: string) =>
      String(
        Number(rows.find(row => row.weightScale === scale && row.normalization === net)!.bestValAccuracy),
      );
    await figure.locator('.views').focus();
    await page.keyboard.press('Home');
    const first = rows[0]!.weightScale;
    expect(await readout.textContent()).toBe(
      `weightScale 1e-4 · batch norm ${of(first, 'batchnorm')} · the plain net ${of(first, 'none')}`,
    );
    await page.keyboard.press('ArrowRight');
    expect(await readout.textContent()).toContain(`batch norm ${of(rows[2]!.weightScale, 'batchnorm')} `);
    const box = (await figure.locator('svg.plot').first().boundingBox())!;
    await page.mouse.move(box.x + box.width - 18, box.y + box.height / 2);
    expect(await readout.textContent()).toContain(`weightScale 1 · batch norm ${of('1', 'batchnorm')}`);
    await page.close();
  });

  it('shows the loss of an iteration and the mean of its epoch', async () => {
    const { page } = await visit(browser, layersUrl);
    const figure = page.locator('figure.chart', { hasText: 'Training loss by iteration' });
    await figure.locator('.views').focus();
    await page.keyboard.press('End');
    const rows = readCsv(join(layers, 'losses.csv')).filter(row => row.normalization === 'none');
    const losses = rows.map(({ loss }) => Number(loss));
    const last = losses.slice(-4);
    const mean = last.reduce((sum, loss) => sum + loss, 0) / last.length;
    const digits = (value: number) => String(Number(value.toPrecision(6)));
    expect(await figure.locator('.readout').textContent()).toMatch(
      new RegExp(
        `^iteration 12 · batch norm .* · the plain net ${digits(last[3]!)} \\(epoch ${digits(mean)}\\)$`,
      ),
    );
    await page.close();
  });

  it('maps the figures of the layers, darker where they are larger', async () => {
    const { page } = await visit(browser, layersUrl);
    const map = page.locator('figure.heat', { hasText: 'Standard deviation of the preactivations' });
    const rows = readCsv(join(layers, 'diagnostics.csv')).filter(row => row.normalization === 'batchnorm');
    const cells = map.locator('table').first().locator('tbody td:not(.theory)');
    expect(await cells.count()).toBe(rows.length);
    const first = Number(rows.find(({ layer }) => layer === '1')!.preactivationStd);
    expect(Number(await cells.first().textContent())).toBe(Number(first.toPrecision(3)));
    const shades = await map
      .locator('tbody td:not(.theory)')
      .evaluateAll(all => all.map(cell => [Number(cell.textContent), cell.className] as const));
    const sorted = shades.toSorted(([a], [b]) => a - b).map(([, shade]) => shade);
    expect(sorted).toEqual(sorted.toSorted());
    expect(sorted.at(-1)).toBe('h6');
    await page.close();
  });

  it('hides and shows a curve by mouse and keyboard', async () => {
    const { page } = await visit(browser, url);
    const figure = page.locator('figure.chart').first();
    const button = figure.getByRole('button', { name: 'the plain net' });
    const curve = figure.locator('g[data-series="1"]').first();
    await button.click();
    expect(await curve.getAttribute('visibility')).toBe('hidden');
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    await button.press('Enter');
    expect(await curve.getAttribute('visibility')).toBe('visible');
    await page.close();
  });

  it('draws a loss on a logarithmic scale when asked to', async () => {
    const { page } = await visit(browser, url);
    const figure = page.locator('figure.chart', { hasText: 'Final training loss' }).first();
    await figure.getByRole('button', { name: 'logarithmic y' }).click();
    expect(await figure.locator('[data-view="log"] svg').isVisible()).toBe(true);
    expect(await figure.locator('[data-view="linear"] svg').isVisible()).toBe(false);
    await page.close();
  });

  it('sorts the table by a column, up and down', async () => {
    const { page } = await visit(browser, url);
    const table = page.locator('table.sortable', { hasText: 'Results' });
    const column = async () =>
      (await table.locator('tbody tr td:nth-child(2)').allTextContents()).map(parseFloat);
    const button = table.getByRole('button', { name: 'val' }).first();
    await button.click();
    const up = await column();
    expect(up).toEqual([...up].sort((a, b) => a - b));
    await button.press('Enter');
    const down = await column();
    expect(down).toEqual([...down].sort((a, b) => b - a));
    await page.close();
  });

  it.each([
    ['light', url],
    ['dark', url],
    ['light', layersUrl],
    ['dark', layersUrl],
  ] as const)('has no serious fault of accessibility in the %s theme', async (colorScheme, address) => {
    const { page } = await visit(browser, address, { colorScheme });
    const require = createRequire(import.meta.url);
    await page.evaluate(readFileSync(require.resolve('axe-core'), 'utf8'));
    const faults = await page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Fault[] }> } }).axe;
      interface Fault {
        id: string;
        impact: string;
        nodes: { html: string; failureSummary: string }[];
      }
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
    });
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each([
    ['a sweep', url],
    ['a training run with diagnostics', layersUrl],
  ])('keeps the labels of the charts of %s inside them', async (_, address) => {
    const { page } = await visit(browser, address, { viewport: { width: 1600, height: 900 } });
    const outside = await page.locator('figure.chart svg text').evaluateAll(texts =>
      texts.flatMap(text => {
        const { x, width } = (text as SVGTextElement).getBBox();
        const room = (text as SVGTextElement).ownerSVGElement!.viewBox.baseVal.width;
        return x < 0 || x + width > room ? [text.textContent] : [];
      }),
    );
    expect(outside).toEqual([]);
    await page.close();
  });

  it('is whole without its script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    expect(await page.locator('figure.chart svg.plot path.line').first().isVisible()).toBe(true);
    expect(await page.locator('table tbody tr').count()).toBeGreaterThanOrEqual(20);
    expect(await page.locator('svg.mini').first().isVisible()).toBe(true);
    await context.close();
  });

  it('prints', async () => {
    const { page } = await visit(browser, url);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
    await page.close();
  });

  it('fits phones and wide screens; the pictures are for a person to look at', async () => {
    const pictures = join(tmpdir(), 'cifar-norm-page');
    mkdirSync(pictures, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 900, 1600]) {
        const { page } = await visit(browser, url, { colorScheme, viewport: { width, height: 900 } });
        const path = join(pictures, `${width}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(statSync(path).size).toBeGreaterThan(10_000);
        await page.close();
      }
    }
    console.info(`screenshots: ${pictures}`);
  });
});
