/** What the run is made of: config, environment, data, and how to run it again. */
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { PageRun } from './page-run.ts';

export function provenance(run: PageRun): Markup {
  const { identity, invocation, startedAt, view, command } = run;
  const { platform } = invocation ?? {};
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Data', view.data],
    ['Fingerprint of the data', identity.data.fingerprint],
    ['Arithmetic', identity.numerics],
    ['cifar-norm', invocation?.version],
    ['Node', invocation?.node],
    ['System', platform && `${platform.os} ${platform.arch}, ${platform.cpu}, ${platform.cores} cores`],
    ['Workers', invocation?.workers === undefined ? undefined : String(invocation.workers)],
    ['Started', startedAt],
  ];
  return html`<h2>Config, environment, data</h2>
<dl>${facts.map(([name, value]) => value !== undefined && html`<dt>${name}</dt><dd>${value}</dd>`).filter(each => each !== false)}</dl>
<details><summary>The whole experiment</summary><pre tabindex="0">${JSON.stringify(identity.experiment, null, 2)}</pre></details>
<h2>Run it again</h2>
<p>Results have the same bits on every machine. This command repeats the run:</p>
<pre tabindex="0">${command}</pre>
`;
}

/** Trials that failed, with the reason. */
export function failures({ view }: PageRun): Markup {
  const failed = view.results.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return html``;
  return html`<h2>Failures</h2>
<p>${failed.length} of ${view.planned} trials failed. The command that began the run tries them again.</p>
<ul>${failed.slice(0, 50).map(({ trial, error }) => html`<li>Trial ${trial.index}: ${error ?? 'unknown error'}</li>`)}</ul>
`;
}
