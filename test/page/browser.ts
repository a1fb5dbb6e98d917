/** Chromium, where the machine has one. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const executablePath = [process.env.CHROMIUM, ...places].find(place => place && existsSync(place));
if (!executablePath) console.warn('skipped: tests of the report page in a browser; install chromium');

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });

export interface Visit {
  readonly page: Page;
  /** Messages of the console, errors, and requests for anything but the page. */
  readonly complaints: readonly string[];
}

export async function visit(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Visit> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('request', request => {
    if (request.url() !== url) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}
