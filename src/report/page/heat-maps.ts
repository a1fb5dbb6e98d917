/** Heat maps of the layers' figures: one row a layer, one column an epoch, with each value in its cell. */
import { groupBy } from '../../analysis/group-by.ts';
import type { Result } from '../../analysis/results.ts';
import { sentence } from '../../analysis/words.ts';
import { diagnostics } from '../../records/diagnostics.ts';
import { type HeatMap, heatMapsOf, logShare, THEORY } from '../diagnostics.ts';
import { extent } from '../range.ts';
import { sizeText } from '../text.ts';
import { html, type Markup } from './html.ts';

const SHADES = 7;

/** A section of maps, one figure after the other; nothing if no trial has diagnostics. */
export function* heatMaps(results: readonly Result[]): Generator<Markup> {
  const { maps, notes } = heatMapsOf(results);
  if (maps.length === 0) return;
  yield html`<h2>Layers</h2>
<p>What was measured of each layer at the first iteration and at the end of epochs. The bar above a figure shows its scale: logarithmic, and the same for all nets. ${notes.join(' ')}</p>
`;
  for (const alike of groupBy(maps, ({ name }) => name).values()) yield figureMaps(alike);
}

function figureMaps(maps: readonly HeatMap[]): Markup {
  const { label, caption } = diagnostics[maps[0]!.name];
  const values = maps.flatMap(map => map.values.flat());
  const shareOf = logShare(values);
  const shade = (value: number | null) => {
    const share = shareOf(value);
    return share === undefined ? '' : `h${Math.round(share * (SHADES - 1))}`;
  };
  return html`<figure class="heat"><h3>${label} by layer and epoch</h3>
<figcaption><p>${whatToSee(maps)}</p><p class="notes">${sentence(caption)}. ${THEORY[maps[0]!.name]}</p></figcaption>
${scaleBar(values)}
<div class="maps">${maps.map(map => mapTable(map, label, shade))}</div></figure>
`;
}

function mapTable(
  { net, steps, values, theory }: HeatMap,
  label: string,
  shade: (value: number | null) => string,
): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${`${label}, ${net}`}"><table><caption>${net}</caption><thead><tr><th scope="col">layer</th>${steps.map(
    step => html`<th scope="col">${step}</th>`,
  )}${theory && html`<th scope="col">theory</th>`}</tr></thead>
<tbody>${values.map(
    (row, i) =>
      html`<tr><th scope="row">${i + 1}</th>${row.map(value => html`<td class="${shade(value)}">${sizeText(value)}</td>`)}${
        theory && html`<td class="theory">${sizeText(theory[i] ?? null)}</td>`
      }</tr>
`,
  )}</tbody></table></div>
`;
}

/** The shades from the least value to the greatest. */
function scaleBar(values: readonly (number | null)[]): Markup {
  const sizes = values.flatMap(value => (value === null || value === 0 ? [] : Math.abs(value)));
  if (sizes.length === 0) return html``;
  const [low, high] = extent(sizes);
  return html`<p class="scale-bar" aria-hidden="true">${sizeText(low)} ${Array.from({ length: SHADES }, (_, i) => html`<span class="h${i}"></span>`)} ${sizeText(high)}</p>`;
}

/** How far the signal travels forward and the gradient backward, and how large the steps are. */
function whatToSee(maps: readonly HeatMap[]): string {
  const each = (textOf: (values: HeatMap['values']) => string | undefined) =>
    maps.map(({ net, values }) => `${textOf(values) ?? '-'} (${net})`).join('; ');
  const ratio = (above: number | null | undefined, below: number | null | undefined) =>
    above && below ? sizeText(above / below) : undefined;
  // The first layer sees pixels, so its preactivations differ in size from those of later layers.
  const second = (values: HeatMap['values']) => (values[1] ?? values[0])?.[0];
  switch (maps[0]!.name) {
    case 'preactivationStd':
      return `Does the signal reach the last layer? Its size there divided by its size in the second layer, at the first iteration: ${each(values => ratio(values.at(-1)?.[0], second(values)))}. Far below 1 it fades on its way, far above it explodes.`;
    case 'preactivationGradientNorm':
      return `Does the gradient reach the first layers? Its size in the second layer divided by its size in the last, at the first iteration: ${each(values => ratio(second(values), values.at(-1)?.[0]))}. Far below 1, the first layers hardly learn.`;
    case 'updateRatio':
      return `How far do steps change the weights? In the last column: ${each(values => rangeText(values.map(row => row.at(-1) ?? null)))}.`;
  }
}

function rangeText(values: readonly (number | null)[]): string | undefined {
  const [low, high] = extent(values.filter(value => value !== null));
  return Number.isFinite(low) ? `${sizeText(low)} to ${sizeText(high)}` : undefined;
}
