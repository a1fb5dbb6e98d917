/** Markup, into which text gets only escaped. */

/** HTML or SVG that is safe to insert as it is. */
export interface Markup {
  readonly markup: string;
}

type Value = Markup | readonly Markup[] | string | number | undefined | false;

/** A template for markup: strings and numbers are escaped, for content and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { markup: strings.reduce((text, part, i) => `${text}${markupOf(values[i - 1])}${part}`) };
}

function markupOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'object')
    return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML does not allow, or that turn the direction of the text around them, become U+FFFD. */
export const printable = (text: string): string =>
  text
    .replace(/[^\P{Cc}\n\t]|\p{Cs}|[\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[\u2028\u2029]/g, '\n');

const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, char => ENTITIES[char]!);

/** An inline script. An `html` template must not contain its end tag: bundlers rewrite such templates to import another package. */
export const scriptElement = (code: string): Markup => ({ markup: `<script>${code}</script>` });

/** Data for a script, as an inert element. `<` is escaped, so that no text ends the element. */
export function jsonElement(data: unknown): Markup {
  const json = JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return { markup: `<script type="application/json">${json}</script>` };
}
