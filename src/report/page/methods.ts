/** A paragraph for a paper's methods section, in English and Chinese, with its citations. */
import { type Axis, axesOf } from '../../analysis/axes.ts';
import { sameValue } from '../../config/same-value.ts';
import type { SettingKey } from '../../config/schema.ts';
import { html, type Markup } from './html.ts';
import { type Cite, citations } from './methods-citations.ts';
import { joined, say, type Text, valueList, valuesUsed, variationOf } from './methods-facts.ts';
import { otherRows } from './methods-others.ts';
import { type SentenceName, type SettingRow, sentences, settingRows } from './methods-settings.ts';
import type { PageRun } from './page-run.ts';

/** Says what the settings of the run's trials are, and nothing else. */
export function methodsSection(run: PageRun): Markup {
  if (run.view.results.length === 0) return html``;
  const { cite, works } = citations();
  const axes = axesOf(run.view.results);
  const names = Object.keys(sentences) as SentenceName[];
  const written = names.flatMap(name => sentenceOf(name, run, axes, cite) ?? []);
  return html`<h2>Methods, to copy</h2>
<p lang="en">${written.map(({ en }) => `${en}.`).join(' ')}</p>
<p lang="zh">${written.map(({ zh }) => `${zh}。`).join('')}</p>
<ol>${works().map(work => html`<li>${work}</li>`)}</ol>
`;
}

function sentenceOf(name: SentenceName, run: PageRun, axes: readonly Axis[], cite: Cite): Text | undefined {
  const clauses = [
    ...rowKeys.map(key => settingRows[key].sentence === name && settingClause(key, run, axes, cite)),
    ...Object.values(otherRows).map(row => row.sentence === name && row.text(run, cite)),
  ].filter(clause => typeof clause === 'object');
  return clauses.length === 0 ? undefined : joined(sentences[name], ...clauses);
}

/** In the order of the rows; settings of a later version, which have none, are not ours to describe. */
const rowKeys = Object.keys(settingRows) as SettingKey[];

function settingClause<Key extends SettingKey>(
  key: Key,
  { view }: PageRun,
  axes: readonly Axis[],
  cite: Cite,
): Text | undefined {
  const { en, zh, write, idle }: SettingRow<Key> = settingRows[key];
  const values = valuesUsed(view.results, key);
  if (values.length === 0) return undefined;
  if (idle && values.every(value => sameValue(value, idle.value))) return idle.text;
  const list = valueList(values, write && (value => write(value, cite)), variationOf(axes, key));
  return say(list, en, zh);
}
