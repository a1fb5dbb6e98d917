/** Where each net learns, stays at chance or blows up, at one glance: a row a net, a cell a value of the axis. */
import { stretchesOf } from '../../analysis/group-by.ts';
import type { Net, Nets } from '../../analysis/nets.ts';
import type { Outcome } from '../../analysis/outcomes.ts';
import { shortText } from '../../analysis/results.ts';
import { evenly } from '../diagnostics.ts';
import { html, type Markup } from './html.ts';

/** Class and glyph. Glyphs distinguish outcomes without colour. */
const LOOKS: Readonly<Record<Outcome, { readonly fill: string; readonly glyph: string }>> = {
  learns: { fill: 'learns', glyph: '●' },
  'at chance': { fill: 'chance', glyph: '–' },
  'blows up': { fill: 'blows', glyph: '✕' },
  undecided: { fill: 'chance', glyph: '?' },
  failed: { fill: 'blows', glyph: '!' },
};

/** More nets are left out, or drawn without words. */
const [MOST_NETS, MOST_TALL] = [12, 4] as const;
/** A browser joins at most 1,000 columns, and a phone is not as wide. */
const MOST_VALUES = 200;
const MOST_TICKS = 6;
/** Pixels of the narrowest strip, on a phone, and of a letter. */
const [NARROWEST, LETTER] = [300, 8] as const;

/** Nothing if there is no axis to lay the cells along, or if every net learns everywhere. */
export function outcomeStrip({ axis, nets }: Nets): Markup {
  const all = [...new Set(nets.flatMap(({ cells }) => cells.map(({ x }) => x)))]
    .filter(x => x !== null)
    .sort((a, b) => a - b);
  if (axis === null || all.length < 3 || nets.every(learnsEverywhere)) return html``;
  const values = evenly(all.length, MOST_VALUES).map(i => all[i]!);
  const shown = evenly(nets.length, MOST_NETS).map(i => nets[i]!);
  const left = [
    ...(shown.length < nets.length ? [` ${shown.length} of ${nets.length} nets are shown.`] : []),
    ...(values.length < all.length ? [` ${values.length} of ${all.length} values are shown.`] : []),
  ];
  const has = (wanted: Outcome) => shown.some(({ cells }) => cells.some(({ outcome }) => outcome === wanted));
  return html`<figure class="outcomes${shown.length > MOST_TALL && ' many'}"><h3>Where each net learns</h3>
<div role="img" aria-label="${shown.map(net => netText(net, axis.label)).join(' ')}"><table class="strip" role="presentation">
${shown.map(net => rows(net, values))}<tr class="ticks">${ticks(values)}</tr></table></div>
<figcaption><p>A cell for each ${axis.label}, from small to large. ● learns: beats chance on validation images. – at chance: guessing may reach as much. ✕ blows up: its loss explodes or is not finite, with one seed at least.${has('undecided') && ' ? undecided: the figures do not decide.'}${has('failed') && ' ! failed: no trial was measured.'}${left.join('')}</p></figcaption></figure>
`;
}

const learnsEverywhere = ({ cells }: Net): boolean => cells.every(({ outcome }) => outcome === 'learns');

function rows({ name, cells }: Net, values: readonly number[]): Markup {
  const at = new Map(cells.map(({ x, outcome }) => [x, outcome]));
  const outcomes = values.map(value => at.get(value));
  const words = stretchesOf(outcomes).map(({ value: outcome, first, last }) => {
    const span = last - first + 1;
    const fits = outcome && (span / values.length) * NARROWEST > outcome.length * LETTER;
    return html`<td class="${look(outcome)}" colspan="${span}">${fits && outcome}</td>`;
  });
  return html`<tr class="net"><td colspan="${values.length}">${name}</td></tr>
<tr class="words">${words}</tr>
<tr class="glyphs">${outcomes.map(
    outcome => html`<td class="${look(outcome)}">${outcome && LOOKS[outcome].glyph}</td>`,
  )}</tr>
`;
}

const look = (outcome: Outcome | undefined): string => (outcome ? LOOKS[outcome].fill : '');

function ticks(values: readonly number[]): Markup[] {
  const every = Math.ceil(values.length / MOST_TICKS);
  const last = values.length - 1;
  return values.map((value, i) => {
    const isTick = i === last ? last % every === 0 || last % every > every / 2 : i % every === 0;
    return html`<td>${isTick && html`<span>${shortText(value)}</span>`}</td>`;
  });
}

function netText({ name, cells }: Net, axis: string): string {
  const stretches = stretchesOf(cells.map(({ outcome }) => outcome)).map(({ value, first, last }) => {
    const [low, high] = [cells[first]!.at, cells[last]!.at];
    return first === last ? `${value} at ${low}` : `${value} from ${low} to ${high}`;
  });
  const more = stretches.length > MOST_STRETCHES ? `, and ${stretches.length - MOST_STRETCHES} more` : '';
  return `${name} by ${axis}: ${stretches.slice(0, MOST_STRETCHES).join(', ')}${more}.`;
}

/** More are not read out. */
const MOST_STRETCHES = 20;
