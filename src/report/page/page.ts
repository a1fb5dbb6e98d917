/** One self-contained HTML page of one or several runs: no network, whole without its script, the same bytes each time. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { counted } from '../../analysis/words.ts';
import { html, type Markup, scriptElement } from './html.ts';
import { overlays } from './overlays.ts';
import type { PageRun } from './page-run.ts';
import { runSections } from './run-section.ts';

/** The page as pieces, made on demand: only one trial's history is in memory at a time. */
export function* reportPage(runs: readonly PageRun[]): Generator<string> {
  for (const piece of pieces(runs)) yield piece.markup;
}

function* pieces(runs: readonly PageRun[]): Generator<Markup> {
  const [first] = runs;
  const title =
    runs.length === 1
      ? titleOf(first!)
      : `${counted(runs.length, 'run')}: ${runs.map(({ label }) => label).join(', ')}`;
  yield head(title);
  yield html`<header><h1>${title}</h1>
`;
  if (runs.length === 1) yield about(first!);
  yield html`${runs.some(({ view }) => view.data === 'synthetic data') && SYNTHETIC}</header>
<main>
`;
  if (runs.length > 1) yield overlays(runs);
  for (const run of runs) {
    if (runs.length > 1) yield html`<h2 class="run">Run ${run.label}: ${titleOf(run)}</h2>${about(run)}`;
    yield* runSections(run);
  }
  yield html`</main>
${scriptElement(asset('page.js'))}
</body></html>
`;
}

const titleOf = ({ view }: PageRun): string => view.title ?? view.name;

const about = ({ view, invocation, startedAt }: PageRun): Markup =>
  html`<p class="about">${counted(view.planned, 'trial')} on ${view.data}; begun ${startedAt.slice(0, 10)} with cifar-norm ${invocation?.version ?? ''}</p>
`;

const SYNTHETIC = html`<p class="synthetic" role="note">Synthetic images: nothing on this page says anything about CIFAR-10 or other real images. To get CIFAR-10, run: cifar-norm data download</p>`;

const asset = (name: string): string => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function head(title: string): Markup {
  const style = asset('page.css') + asset('figure.css');
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(asset('page.js'))}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ markup: policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${{ markup: style }}</style></head>
<body>
`;
}
