/** Tables of the page; those with many rows can be sorted by their heads. */
import type { TextTable } from '../../analysis/comparison-report.ts';
import type { Column, Figure, Table } from '../model.ts';
import { html, type Markup } from './html.ts';

export function tableHtml({ title, names, figures, groups, rows, notes }: Table): Markup {
  const grouped = groups.length > 1;
  const bar = (group: number, column: number) => column === 0 && group + names.length > 0;
  const top =
    grouped &&
    html`<tr>${names.map(() => html`<td></td>`)}${groups.map(
      group => html`<th scope="colgroup" class="bar" colspan="${figures.length}">${group ?? ''}</th>`,
    )}</tr>`;
  const heads = [
    ...names.map(column => head(column, '')),
    ...groups.flatMap((_, group) => figures.map((column, i) => head(column, bar(group, i) ? ' bar' : ''))),
  ];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="sortable"><caption>${title}</caption><thead>${top}<tr>${heads}</tr></thead>
<tbody>${rows.map(
    row => html`<tr>${row.names.map(
      (name, i) => html`<th scope="row" class="${names[i]!.align}">${name}</th>`,
    )}${row.groups.flatMap((group, g) =>
      typeof group === 'string'
        ? html`<td class="bar" colspan="${figures.length}">${group}</td>`
        : group.map((each, i) => cell(each, bar(g, i) ? 'right bar' : 'right')),
    )}</tr>
`,
  )}</tbody></table></div>
<p class="notes">${notes.join(' ')}</p>
`;
}

const head = ({ head: text, align }: Column, extra: string): Markup =>
  html`<th scope="col" class="${align}${extra}"><button type="button" disabled>${text}</button></th>`;

const cell = ({ text, best }: Figure, look: string): Markup =>
  html`<td class="${look}${best ? ' best' : ''}">${text}${best && '*'}</td>`;

/** A table of texts, which can be sorted too. */
export function textTableHtml(title: string, { columns, rows }: TextTable, wide = false): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="sortable${wide && ' wide'}"><caption>${title}</caption><thead><tr>${columns.map(column => head(column, ''))}</tr></thead>
<tbody>${rows.map(
    row => html`<tr>${row.map((text, i) => html`<td class="${columns[i]!.align}">${text}</td>`)}</tr>
`,
  )}</tbody></table></div>
`;
}
