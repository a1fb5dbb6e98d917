/** One self-contained HTML page of one or several runs: no network, whole without its script, the same bytes each time. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dataNotes } from '../../analysis/results.ts';
import { counted } from '../../analysis/words.ts';
import { titleOf, trialsText } from '../run-view.ts';
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
      ? titleOf(first!.view)
      : `${counted(runs.length, 'run')}: ${runs.map(({ label }) => label).join(', ')}`;
  yield head(title);
  yield html`<header><h1>${title}</h1>
`;
  if (runs.length === 1) yield about(first!);
  yield html`${notes(runs)}</header>
<main>
`;
  if (runs.length > 1) yield overlays(runs);
  for (const run of runs) {
    if (runs.length > 1) yield html`<h2 class="run">Run ${run.label}: ${titleOf(run.view)}</h2>${about(run)}`;
    yield* runSections(run);
  }
  yield html`</main>
${scriptElement(asset('page.js'))}
</body></html>
`;
}

const about = ({ view, invocation, startedAt }: PageRun): Markup =>
  html`<p class="about">${trialsText(view.planned, view.results.length)} on ${view.data}; begun ${startedAt.slice(0, 10)} with cifar-norm ${invocation?.version ?? ''}</p>
`;

/** What a reader must know of the data and the journals before all else. */
function notes(runs: readonly PageRun[]): Markup {
  const data = [...new Set(runs.map(({ view }) => view.data))];
  const leftOut = runs.flatMap(({ label, view: { leftOut = [] } }) =>
    leftOut.map(text => (runs.length > 1 ? `${label}: ${text}` : text)),
  );
  return html`${data.flatMap(label => {
    const text = dataNotes[label];
    const look = label === 'synthetic data' ? 'synthetic' : 'warning';
    return text === undefined ? [] : [html`<p class="${look}" role="note">${text} ${GET_IT}</p>`];
  })}${leftOut.map(text => html`<p class="warning" role="note">${text}</p>`)}`;
}

const GET_IT = 'To get CIFAR-10, run: cifar-norm data download';

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
