/**
 * Pictures that need no style sheet: the page's style in its light theme, written into each element as presentation attributes.
 * Programs that read no CSS variables and no media queries, such as Word, Inkscape and rsvg, draw them right; in the page
 * the style sheet overrides the attributes, so the dark theme still applies.
 */
import { readFileSync } from 'node:fs';
import type { Markup } from './html.ts';

interface Rule {
  /** From the outermost ancestor to the element: a class, or a tag. */
  readonly path: readonly string[];
  readonly declarations: readonly (readonly [property: string, value: string])[];
}

const asset = (name: string): string => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');

/** The light theme's variables, and the rules of figures from the least specific. */
const sheet = (() => {
  let read: { variables: ReadonlyMap<string, string>; rules: readonly Rule[] } | undefined;
  return () => {
    read ??= { variables: variablesIn(asset('page.css')), rules: rulesIn(asset('figure.css')) };
    return read;
  };
})();

/** The variables of the first `:root`, which is the light theme. */
function variablesIn(css: string): ReadonlyMap<string, string> {
  const [, body = ''] = /:root \{([^}]*)\}/.exec(css) ?? [];
  return new Map([...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!]));
}

function rulesIn(css: string): Rule[] {
  const rules = [...css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(
    ([, selectors, body]) => {
      const declarations = [...body!.matchAll(/([\w-]+):\s*([^;]+);/g)].flatMap(([, property, value]) =>
        attributesOf(property!, value!.replace(/\s+/g, ' ')),
      );
      return selectors!.split(',').map(selector => ({ path: selector.trim().split(/\s+/), declarations }));
    },
  );
  const classes = ({ path }: Rule) => path.filter(part => part.startsWith('.')).length;
  return rules.sort((a, b) => classes(a) - classes(b) || a.path.length - b.path.length);
}

/** A declaration as presentation attributes, which have no shorthand for fonts. */
function attributesOf(property: string, value: string): [string, string][] {
  const [, size, family] = (property === 'font' && /^(\S+)px (.*)$/.exec(value)) || [];
  if (size === undefined) return [[property, value.replace(/px$/, '')]];
  return [
    ['font-size', size],
    ['font-family', family!.replaceAll('"', "'")],
  ];
}

interface Element {
  readonly names: readonly string[];
  readonly color: string;
}

/** The same picture with its style in its elements. Attributes that it has are kept. */
export function plainSvg({ markup }: Markup): Markup {
  const open: Element[] = [];
  const plain = markup.replace(/<(\/?)([a-zA-Z]+)([^<>]*?)(\/?)>/g, (tag, end, name, attributes, empty) => {
    if (end) {
      open.pop();
      return tag;
    }
    const [, classes = ''] = /\bclass="([^"]*)"/.exec(attributes) ?? [];
    const names = [
      name,
      ...classes
        .split(' ')
        .filter(Boolean)
        .map((each: string) => `.${each}`),
    ];
    const style = styleOf(names, open);
    const color = style.get('color') ?? open.at(-1)?.color ?? '#000000';
    style.delete('color');
    if (!empty) open.push({ names, color });
    const added = [...style]
      .filter(([property]) => !new RegExp(`\\b${property}=`).test(attributes))
      .map(([property, value]) => ` ${property}="${value === 'currentColor' ? color : value}"`);
    return `<${name}${attributes}${added.join('')}${empty}>`;
  });
  return { markup: plain };
}

function styleOf(names: readonly string[], ancestors: readonly Element[]): Map<string, string> {
  const { variables, rules } = sheet();
  const style = new Map<string, string>();
  for (const { path, declarations } of rules) {
    if (!names.includes(path.at(-1)!)) continue;
    if (!path.slice(0, -1).every(part => ancestors.some(each => each.names.includes(part)))) continue;
    for (const [property, value] of declarations)
      style.set(
        property,
        value.replace(/var\((--[\w-]+)\)/g, (_, name) => variables.get(name) ?? ''),
      );
  }
  return style;
}
