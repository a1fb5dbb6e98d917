/** Redraws the lower lines of a terminal in place. */
import { stripVTControlCharacters } from 'node:util';

export interface Screen {
  /**
   * Replaces the drawn lines by `lines`, and writes `above` (whole lines of text that stay) above them. Makes one write, or none
   * if nothing has changed.
   */
  draw(lines: readonly string[], above: readonly string[]): void;
  /** Erases the drawn lines. */
  clear(): void;
  /** Leaves the drawn lines in place, because other text is below them, and draws the next ones anew. */
  leave(): void;
}

export interface Surface {
  columns(): number;
  write(text: string): void;
}

const ESC = '\u001b[';
/** Cuts lines that are too long instead of wrapping them, even while the window gets narrower. */
const [NO_WRAP, WRAP] = [`${ESC}?7l`, `${ESC}?7h`];
const [TO_LINE_END, TO_SCREEN_END] = [`${ESC}K`, `${ESC}J`];

/**
 * The cursor stays visible below the lines, and every write restores the terminal's modes. So the terminal is usable however the
 * program ends or is suspended.
 */
export function screenOf(surface: Surface): Screen {
  let drawn: readonly string[] = [];
  let drawnColumns = 0;

  /** Moves to the first of the drawn lines. A window that got narrower has wrapped them. */
  const toTop = (): string => {
    const columns = surface.columns();
    const heights = drawn.map(line =>
      Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
    );
    const height = heights.reduce((sum, rows) => sum + rows, 0);
    return height > 0 ? `\r${ESC}${height}A` : '\r';
  };

  return {
    draw(lines, above) {
      const columns = surface.columns();
      const isKept = isSame(lines, drawn) && (columns === drawnColumns || lines.length === 0);
      if (isKept && above.length === 0) return;
      const start = above.length > 0 ? toTop() + TO_SCREEN_END : toTop();
      const text = above.map(line => `${line}\n`).join('');
      const picture = lines.map(line => `${line}${TO_LINE_END}\n`).join('');
      surface.write(start + text + NO_WRAP + picture + TO_SCREEN_END + WRAP);
      [drawn, drawnColumns] = [lines, columns];
    },
    clear() {
      if (drawn.length > 0) surface.write(toTop() + TO_SCREEN_END);
      drawn = [];
    },
    leave() {
      drawn = [];
    },
  };
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, i) => line === b[i]);
