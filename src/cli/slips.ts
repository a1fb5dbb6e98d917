/** What was meant by words that commander refuses. */
import type { CommanderError } from '@commander-js/extra-typings';

/** Commands that take `--set`. */
const CHANGEABLE = ['sweep', 'train', 'gradcheck'];

/** A hint for an error of the command line; undefined if there is none. */
export async function hintOn(
  { code, message }: CommanderError,
  words: readonly string[],
): Promise<string | undefined> {
  if (/missing required argument '(run|shards)'/.test(message)) return 'cifar-norm runs lists the runs';
  if (/missing required argument 'experiment'/.test(message))
    return 'name weight-scale, batch-size or deep-net, or a file of your own, such as ./mine.yaml';
  const dash = await dashMeant(words);
  if (dash !== undefined) return dash;
  if (!CHANGEABLE.includes(words[0] ?? '')) return undefined;
  if (code === 'commander.excessArguments') return setMeant(words);
  // commander suggests the nearest option, if there is one.
  if (code === 'commander.unknownOption' && !message.includes('Did you mean')) {
    const meant = await optionMeantBy(words, /'(-+[^']*)'/.exec(message)?.[1]);
    return `change a key of the experiment with --set, such as ${meant ?? '--set epochs=3'}`;
  }
  return undefined;
}

/** For an option that begins with a dash, as a word processor makes of two hyphens. */
async function dashMeant(words: readonly string[]): Promise<string | undefined> {
  const word = words.find(each => /^[\u2010-\u2015\u2212\ufe58\uff0d]/.test(each));
  if (word === undefined) return undefined;
  const { lookAlikeIn } = await import('../config/look-alikes.ts');
  return `${lookAlikeIn(word)!.advice.replace('type -', 'type --')}`;
}

/** `--set` for a word such as `batchSize=5`, or with the quotes that keep its value in one word. */
async function setMeant(words: readonly string[]): Promise<string | undefined> {
  const torn = tornValue(words);
  if (torn) {
    const { word, quote } = torn;
    const why = quote ? 'cmd.exe keeps single quotes as they are' : 'quotes keep the value in one word';
    return `${why}: write --set "${word}"`;
  }
  const [{ optionMeant }, { asOption }] = await Promise.all([
    import('../config/advice.ts'),
    import('../config/instead.ts'),
  ]);
  for (const [i, word] of words.entries()) {
    if (words[i - 1] === '--set') continue;
    const [, key, value] = /^[+~]*([\w.-]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined || word.startsWith('-')) continue;
    return `change a key of the experiment with --set: ${optionMeant(nameOf(key), value!) ?? asOption(word)}`;
  }
  return undefined;
}

/** The value of a `--set` that is torn into several words, as one word without single quotes around it. */
function tornValue(words: readonly string[]): { readonly word: string; readonly quote: boolean } | undefined {
  for (const [i, first] of words.entries()) {
    if (words[i - 1] !== '--set') continue;
    const rest = words.slice(i + 1);
    const word = /^[\w.]+=?$/.test(first) ? withValue(first, rest) : untilClosed(first, rest);
    if (word !== first) return { word: word.replace(/^'(.*)'$/s, '$1'), quote: word.startsWith("'") };
  }
  return undefined;
}

/** `epochs=3` of the words `epochs = 3`, `epochs= 3` or `epochs 3`. */
function withValue(key: string, rest: readonly string[]): string {
  const [value] = rest.filter(word => word !== '=');
  return value === undefined || value.startsWith('-')
    ? key
    : `${key.replace(/=$/, '')}=${value.replace(/^=/, '')}`;
}

/** A value with the words that follow, up to its closing bracket or quote. */
function untilClosed(first: string, rest: readonly string[]): string {
  const isOpen = (text: string) =>
    text.split(/[[{]/).length > text.split(/[\]}]/).length || /^'[^']*$/.test(text);
  return rest.reduce(
    (word, next) => (isOpen(word) && !next.startsWith('--') ? `${word} ${next}` : word),
    first,
  );
}

/** `--set` for an option such as `--epochs 3` or `--batch-size=5`. */
async function optionMeantBy(
  words: readonly string[],
  option: string | undefined,
): Promise<string | undefined> {
  const at = words.findIndex(
    word => option !== undefined && (word === option || word.startsWith(`${option}=`)),
  );
  if (at < 0) return undefined;
  const [name = '', ...rest] = words[at]!.replace(/^-+/, '').split('=');
  const next = words[at + 1];
  const value = rest.length > 0 ? rest.join('=') : next?.startsWith('--') ? undefined : next;
  if (value === undefined) return undefined;
  return (await import('../config/advice.ts')).optionMeant(nameOf(name), value);
}

/** The last part of a name with dots: Hydra's `trainer.lr`. */
const nameOf = (key: string): string => key.split('.').at(-1)!;
