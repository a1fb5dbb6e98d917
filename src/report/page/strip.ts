/** Where each net learns, stays at chance or blows up, at one glance: a row a net, a cell a value of the axis. */
import type { Finding, NetFinding } from '../../analysis/finding.ts';
import type { Outcome } from '../../analysis/outcomes.ts';
import { shortText } from '../../analysis/results.ts';
import { html, type Markup } from './html.ts';

/** Text and fill; the glyphs tell outcomes apart without colour. */
const LOOKS: Readonly<Record<Outcome, { readonly fill: string; readonly glyph: string }>> = {
  learns: { fill: 'learns', glyph: '●' },
  'at chance': { fill: 'chance', glyph: '–' },
  'blows up': { fill: 'blows', glyph: '✕' },
  undecided: { fill: 'undecided', glyph: '?' },
  failed: { fill: 'failed', glyph: '!' },
};

const MOST_NETS = 12;
const [CELLS, ROW, GAP] = [480, 34, 20] as const;

/** Nothing if there is no axis to lay the cells along, or if every net learns everywhere. */
export function outcomeStrip({ axis, nets }: Finding): Markup {
  const values = [...new Set(nets.flatMap(({ cells }) => cells.map(({ at }) => at)))]
    .filter(at => at !== null)
    .sort((a, b) => a - b);
  if (axis === null || values.length < 3 || nets.every(learnsEverywhere)) return html``;
  const shown = nets.slice(0, MOST_NETS);
  const width = CELLS / values.length;
  const height = shown.length * (ROW + GAP) + 34;
  const every = Math.ceil(values.length / 10);
  const rows = shown.map((net, i) => row(net, values, width, i * (ROW + GAP)));
  const ticks = values.map((value, i) =>
    i % every === 0 || i === values.length - 1
      ? html`<text class="mid" x="${px((i + 0.5) * width)}" y="${height - 20}">${shortText(value)}</text>`
      : html``,
  );
  return html`<figure class="outcomes"><h3>Where each net learns</h3>
<svg class="strip" viewBox="0 0 ${CELLS} ${height}" role="img" aria-label="${shown.map(net => netText(net, axis)).join(' ')}">${rows}${ticks}<text class="mid net" x="${CELLS / 2}" y="${height - 4}">${axis}</text></svg>
<figcaption><p>● learns: validation accuracy above chance; – at chance: it guesses; ✕ blows up: the loss explodes or is not finite. Each cell is one value of ${axis}.</p></figcaption></figure>
`;
}

const learnsEverywhere = ({ cells }: NetFinding): boolean =>
  cells.every(({ outcome }) => outcome === 'learns');

function row({ name, cells }: NetFinding, values: readonly number[], width: number, top: number): Markup {
  const y = top + GAP - 6;
  return html`<text class="net" x="2" y="${top + 13}">${name}</text>${cells.map(({ at, outcome }) => {
    const x = values.indexOf(at!) * width;
    const { fill, glyph } = LOOKS[outcome];
    return html`<rect class="${fill}" x="${px(x)}" y="${y}" width="${px(width)}" height="${ROW}"/><text class="mid glyph-text" x="${px(x + width / 2)}" y="${y + ROW - 5}">${glyph}</text>`;
  })}${stretches(cells, values).map(({ outcome, from, to }) => {
    const long = (to - from + 1) * width > outcome.length * 7;
    return long
      ? html`<text class="mid word" x="${px(((from + to + 1) / 2) * width)}" y="${y + 15}">${outcome}</text>`
      : html``;
  })}`;
}

/** Neighbouring cells of one outcome, by their place. */
function stretches(cells: NetFinding['cells'], values: readonly number[]) {
  const all: { outcome: Outcome; from: number; to: number }[] = [];
  for (const { at, outcome } of cells) {
    const place = values.indexOf(at!);
    const last = all.at(-1);
    if (last?.outcome === outcome && last.to === place - 1) last.to = place;
    else all.push({ outcome, from: place, to: place });
  }
  return all;
}

function netText({ name, cells }: NetFinding, axis: string): string {
  const at = cells.map(cell => cell.at!);
  const parts = stretches(cells, at).map(({ outcome, from, to }) =>
    from === to
      ? `${outcome} at ${shortText(at[from]!)}`
      : `${outcome} from ${shortText(at[from]!)} to ${shortText(at[to]!)}`,
  );
  return `${name} by ${axis}: ${parts.join(', ')}.`;
}

const px = (value: number): string => String(Math.round(value * 10) / 10);
