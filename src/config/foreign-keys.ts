/** Keys and words of other programs, and what they are here: of the notebook, PyTorch, Keras, scikit-learn, wandb and Hydra. */
import { listMeant, numberMeant } from './meant.ts';
import { experimentSchema, isTextKey, settingKeys, settingsSchema } from './schema.ts';
import { rangeKeys } from './sweep-schema.ts';
import { isMap } from './yaml.ts';

/** `key: value` of an experiment. */
export type Entry = readonly [key: string, value: unknown];

/** What a foreign key is here: a key, if need be with a way to make its value, or a sentence about it. */
type Meaning =
  | { readonly key: string; readonly make?: (value: unknown) => unknown }
  | { readonly say: string };

/** A word without what only tells spellings apart: `num_epochs` and `numEpochs` are `numepochs`. */
const folded = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

const ownKeys = [...Object.keys(experimentSchema.shape), ...settingKeys];

const all = (names: string, meaning: Meaning): [string, Meaning][] =>
  names.split(' ').map(name => [name, meaning]);
const say = (text: string): Meaning => ({ say: text });
const option = (text: string): Meaning => say(`this is an option: ${text}`);

/** A switch for one normalization, or several. */
const switched = (name: string): Meaning => {
  const make = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(make) : typeof value === 'boolean' ? (value ? name : 'none') : value;
  return { key: 'normalization', make };
};
const widths: Meaning = { key: 'hiddenDims', make: value => (typeof value === 'number' ? [value] : value) };
const depth: Meaning = {
  key: 'hiddenDims',
  make: count =>
    typeof count === 'number' && count >= 0 && count <= 12
      ? Array<number>(Math.floor(count)).fill(100)
      : count,
};

const meanings: ReadonlyMap<string, Meaning> = new Map([
  ...all('lr eta stepsize baselr initlr initiallr learningrateinit', { key: 'learningRate' }),
  ...all('bs batch batches minibatch minibatchsize trainbatchsize perdevicetrainbatchsize', {
    key: 'batchSize',
  }),
  ...all('epoch numepochs nepochs maxepochs nbepoch nbepochs numtrainepochs', { key: 'epochs' }),
  ...all('hidden hiddendim hiddensize hiddenwidth units width layers dims mlpdims layersizes widths', widths),
  ...all('hiddensizes hiddenlayersizes hiddenlayers hiddenunits hiddenwidths', widths),
  ...all('numlayers nlayers depth numhiddenlayers nhidden numhidden', depth),
  ...all('norm normtype normlayer normmode normalize normalizationlayer', { key: 'normalization' }),
  ...all('batchnorm usebatchnorm batchnormalization usebatchnormalization bn usebn', switched('batchnorm')),
  ...all('layernorm uselayernorm layernormalization ln useln', switched('layernorm')),
  ...all('groupnorm usegroupnorm', switched('groupnorm')),
  ...all('rmsnorm usermsnorm', switched('rmsnorm')),
  ...all('numgroups ngroups', { key: 'normGroups' }),
  ...all('initscale weightinit init initialization initializer initstd weightstd std', {
    key: 'weightScale',
  }),
  ...all('weightscales kernelinitializer winit sigma', { key: 'weightScale' }),
  ...all('weightdecay wd l2 l2reg regstrength regularization regularizer lambda', { key: 'reg' }),
  ...all('optimizer optimiser optim opt rule solver', { key: 'updateRule' }),
  ...all('learningratedecay decay gamma', { key: 'lrDecay' }),
  ...all('momentum', { key: 'sgdMomentum' }),
  ...all('bnmomentum batchnormmomentum', { key: 'normMomentum' }),
  ...all('bneps batchnormeps normepsilon', { key: 'normEps' }),
  ...all('beta1', { key: 'adamBeta1' }),
  ...all('beta2', { key: 'adamBeta2' }),
  ...all('rho decayrate', { key: 'rmspropDecay' }),
  ...all('eps epsilon', say('this is normEps of normalizations, and adamEps of adam')),
  ...all('randomseed randomstate rngseed manualseed', { key: 'seed' }),
  ...all('repeat repeats repetitions reps runs nruns numruns numtrials numseeds nseeds', {
    key: 'replicates',
  }),
  ...all('ntraining', { key: 'numTraining' }),
  ...all('numtrain ntrain trainsize trainsamples subset', { key: 'trainImages' }),
  ...all('numval nval valsize validationsize', { key: 'numValidation' }),
  ...all('dataset datadir datapath dataroot datasetpath datafolder datasetdir root', { key: 'data' }),
  ...all('name runname experimentname expname label', { key: 'title' }),
  ...all('notes desc comment', { key: 'description' }),
  ...all('precision floattype datatype', { key: 'dtype' }),
  ...all('parameters params grid paramgrid searchspace space hyperparameters hparams axes', { key: 'sweep' }),
  ...all('plots figures plot', { key: 'charts' }),
  ...all('dropout dropoutrate keepprob dropoutkeepratio', say('there is no dropout: remove it')),
  ...all(
    'scheduler lrscheduler schedule warmup warmupsteps',
    say('the only schedule is lrDecay, which multiplies the learning rate after each epoch'),
  ),
  ...all('activation nonlinearity', say('every net has ReLUs: remove it')),
  ...all('loss criterion lossfn', say('every net has the softmax loss: remove it')),
  ...all('device gpu gpus cuda numgpus accelerator', say('nets train on the processor: remove it')),
  ...all('model arch network net architecture', say('hiddenDims gives the widths of a fully connected net')),
  ...all(
    'iterations numiters numiterations steps maxsteps iters',
    say('write epochs: an epoch has trainImages / batchSize iterations'),
  ),
  ...all('numclasses inputdim inputsize', say('CIFAR-10 has 10 classes and 3072 inputs: remove it')),
  ...all(
    'printevery logevery loginterval verbose numtrainsamples checkpointname',
    say('it changes no result: remove it'),
  ),
  ...all('workers numworkers njobs threads jobs', option('--workers N')),
  ...all('out output outdir outputdir savedir logdir resultsdir checkpointdir', option('--out FOLDER')),
  ...['numerics', 'kernels', 'shard', 'queue', 'timeout', 'retries', 'fresh', 'repair'].map(
    (name): [string, Meaning] => [name, option(`--${name}`)],
  ),
  ...all(
    'program method metric earlyterminate project entity runcap command',
    say('it belongs to wandb: remove it'),
  ),
  ...all(
    'hydra defaults hydrasweeper target',
    say('it belongs to Hydra: remove it, and list axes under sweep'),
  ),
]);

/** Keys that mean something else inside the map of a certain key. */
const inside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  optimconfig: { eps: 'adamEps', epsilon: 'adamEps' },
  optimizer: { type: 'updateRule', name: 'updateRule', eps: 'adamEps', epsilon: 'adamEps' },
};

const enums: Readonly<Record<string, readonly string[]>> = {
  normalization: settingsSchema.shape.normalization.unwrap().options,
  updateRule: settingsSchema.shape.updateRule.unwrap().options,
  dtype: settingsSchema.shape.dtype.unwrap().options,
  weightScale: ['he', 'xavier'],
};

/** Words of other programs, by the word of the setting. */
const synonyms: Readonly<Record<string, string>> = {
  batchnorm: 'bn batch batchnormalization batchnorm1d',
  layernorm: 'ln layer layernormalization',
  groupnorm: 'gn group groupnormalization',
  rmsnorm: 'rms rmsnormalization',
  none: 'no off false null nil identity nonorm plain',
  sgd: 'vanilla gd gradientdescent',
  sgdMomentum: 'momentum sgdm sgdwithmomentum',
  he: 'kaiming kaimingnormal kaiminguniform henormal heuniform',
  xavier: 'glorot glorotnormal glorotuniform xaviernormal xavieruniform',
  float32: 'float fp32 f32 single npfloat32 torchfloat32',
  float64: 'double fp64 f64 npfloat64 torchfloat64',
};

/** The word among `words` that another spelling, or another program's word, means. */
export function wordMeant(word: unknown, words: readonly string[]): string | undefined {
  const text = folded(String(word));
  return words.find(each => folded(each) === text || synonyms[each]?.split(' ').includes(text));
}

/** What another program's value of a key is here: its words, its numbers and lists in quotes. */
export function valueMeant(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(each => valueMeant(key, each));
  if (typeof value === 'object' && value !== null) return value;
  const word = wordMeant(value, enums[key] ?? []);
  if (word !== undefined || typeof value !== 'string' || isTextKey([key])) return word ?? value;
  const list = listMeant(value);
  return numberMeant(value) ?? (list === undefined ? value : valueMeant(key, list));
}

/** An axis as wandb, Hydra and Ray describe one: `{ values: [1, 2] }`, `{ min: 0.1, max: 1 }`; other values as they are. */
export function axisMeant(value: unknown): unknown {
  if (!isMap(value)) return value;
  const { values, choices, grid_search: searched, value: single, min, max, distribution } = value;
  const given = values ?? choices ?? searched ?? single;
  if (given !== undefined) return given;
  if (typeof min !== 'number' || typeof max !== 'number') return value;
  const isLog = /log/i.test(String(distribution)) && min > 0 && max > 0;
  const ends = [min, max].map(end => (isLog ? Number(Math.log10(end).toFixed(4)) : end));
  return { [isLog ? 'logspace' : 'linspace']: [...ends, 5] };
}

export interface Translation {
  /** What to write instead. */
  readonly entries: readonly Entry[];
  /** What to know, if nothing is to be written. */
  readonly say?: string | undefined;
}

const NOTHING: Translation = { entries: [] };
const MOST_LEVELS = 4;

/**
 * What `key: value` of another program is here. A map that has no name here gives the entries below it:
 * `optim_config: { learning_rate: 1e-3 }` is `learningRate: 0.001`.
 */
export function translated(key: string, value: unknown, place = '', level = 0): Translation {
  if (level > MOST_LEVELS) return NOTHING;
  const name = folded(key);
  const own = inside[folded(place)]?.[name] ?? ownKeys.find(each => folded(each) === name);
  const meaning: Meaning | undefined = own === undefined ? meanings.get(name) : { key: own };
  if (meaning !== undefined && 'say' in meaning && !isMap(value)) return { entries: [], say: meaning.say };
  const target = meaning !== undefined && 'key' in meaning ? meaning : undefined;
  const axis = axisMeant(value);
  const isValue = !isMap(axis) || rangeKeys.some(range => Object.hasOwn(axis, range));
  // The name of something below is no title.
  if (target && isTextKey([target.key]) && level > 0) return NOTHING;
  if (target && isValue) {
    const made = target.make ? target.make(axis) : axis;
    return { entries: [[target.key, valueMeant(target.key, made)]] };
  }
  if (!isMap(value)) return NOTHING;
  const below = Object.entries(value).flatMap(
    ([each, item]) => translated(each, item, key, level + 1).entries,
  );
  if (target?.key === 'sweep' && below.length > 0) return { entries: [['sweep', Object.fromEntries(below)]] };
  return { entries: below, say: meaning !== undefined && 'say' in meaning ? meaning.say : undefined };
}
