/** Screens of a terminal as one SVG, which shows them in turn and follows the reader's light or dark theme. */

const ESCAPE = String.fromCharCode(27);
const [CELL, LINE, PAD] = [8, 18, 14];
const LIGHT = ['#24292f', '#b3212d', '#17702f', '#8a5a00', '#0b5fae', '#8a3ba3', '#0f6b78', '#57606a'];
const DARK = ['#e6e9ed', '#ff8f87', '#6fd6a0', '#e0c04a', '#79b8ff', '#d7a3f0', '#62cfdc', '#a3adb8'];

/** Makes each line begin with the style that the line before left on, so that lines can be drawn separately. */
export function separateLines(text) {
  let active = '';
  return text.split('\n').map(line => {
    const whole = active + line;
    for (const part of line.split(`${ESCAPE}[`).slice(1)) {
      const codes = part.slice(0, part.indexOf('m'));
      active = `${/^(0?|0;.*)$/.test(codes) ? '' : active}${/^0?$/.test(codes) ? '' : `${ESCAPE}[${codes}m`}`;
    }
    return whole;
  });
}

/**
 * @param screens lines of each screen, with SGR codes, and how long it is shown, in seconds
 * @param columns width of the terminal, in characters
 * @param rows its height, in lines
 */
export function terminalSvg(screens, columns, rows, title) {
  const ids = new Map();
  const idOf = line => {
    if (!ids.has(line)) ids.set(line, `l${ids.size}`);
    return ids.get(line);
  };
  const [width, height] = [columns * CELL + 2 * PAD, rows * LINE + 2 * PAD];
  const frames = screens.map(({ lines }, i) =>
    lines
      .slice(0, rows)
      .map((line, row) =>
        line.trim() === ''
          ? ''
          : `<use href="#${idOf(line.trimEnd())}" y="${i * height + PAD + (row + 0.75) * LINE}"/>`,
      )
      .join(''),
  );
  const total = screens.reduce((sum, { seconds }) => sum + seconds, 0);
  let start = 0;
  const steps = screens.map(({ seconds }, i) => {
    const step = `${((100 * start) / total).toFixed(2)}%{transform:translateY(${-i * height}px)}`;
    start += seconds;
    return step;
  });
  const used = [...ids].map(([line, id]) => `<g id="${id}">${lineSvg(line)}</g>`);
  const last = (screens.length - 1) * -height;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>text{white-space:pre;font:13.3px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:var(--k0)}.b{font-weight:700}.d{opacity:.65}
svg{--ground:#f6f8fa;--edge:#d0d7de;${variables(LIGHT)}}${classes()}
@media (prefers-color-scheme:dark){svg{--ground:#14171b;--edge:#3a424c;${variables(DARK)}}}
.ground{fill:var(--ground);stroke:var(--edge)}
.screens{animation:play ${total.toFixed(1)}s step-end infinite}
@keyframes play{${steps.join('')}}
@media (prefers-reduced-motion:reduce){.screens{animation:none;transform:translateY(${last}px)}}</style>
<defs>${used.join('\n')}</defs>
<rect class="ground" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="6"/>
<svg aria-hidden="true" width="${width}" height="${height}"><g class="screens">${frames.join('\n')}</g></svg>
</svg>
`;
}

const variables = colors => colors.map((color, i) => `--k${i}:${color}`).join(';');
const classes = () => LIGHT.map((_, i) => `.k${i}{fill:var(--k${i})}`).join('');

/** Runs of equal style, each as wide as its cells in any font. */
function lineSvg(line) {
  const [plain, ...styled] = line.split(`${ESCAPE}[`);
  const style = { color: 0, bold: false, dim: false };
  let column = 0;
  const parts = [partSvg(plain, column, style)];
  column += [...plain].length;
  for (const part of styled) {
    const end = part.indexOf('m');
    for (const code of part.slice(0, end).split(';')) restyle(style, Number(code));
    const text = part.slice(end + 1);
    parts.push(partSvg(text, column, style));
    column += [...text].length;
  }
  return parts.join('');
}

function partSvg(text, column, { color, bold, dim }) {
  const shown = text.trim();
  if (shown === '') return '';
  const names = [color > 0 && `k${color}`, bold && 'b', dim && 'd'].filter(Boolean);
  const look = names.length > 0 ? ` class="${names.join(' ')}"` : '';
  const x = PAD + (column + text.length - text.trimStart().length) * CELL;
  return `<text${look} x="${x}" textLength="${[...shown].length * CELL}">${escaped(shown)}</text>`;
}

/** The codes that programs use: bold, dim, the eight colours and their bright forms. */
function restyle(style, code) {
  if (code === 0) Object.assign(style, { color: 0, bold: false, dim: false });
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 22) Object.assign(style, { bold: false, dim: false });
  else if (code === 39) style.color = 0;
  else if (code >= 30 && code <= 37) style.color = code - 30;
  else if (code >= 90 && code <= 97) style.color = code === 90 ? 7 : code - 90;
}

const escaped = text =>
  text.replace(/[&<>"]/g, char => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]);
