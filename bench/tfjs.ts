/**
 * `node tfjs.js DATA` prints the seconds of one weight-scale trial (batch norm) in idiomatic TensorFlow.js on its wasm
 * backend. It needs two packages that this project does not depend on:
 * `npm install --no-save @tensorflow/tfjs@4 @tensorflow/tfjs-backend-wasm@4`.
 */
import { loadDataset, locateData, meanImage } from 'cifar-norm';

/** Variables keep TypeScript from looking for the packages' types, which are not installed. */
const [core, wasm] = ['tfjs', 'tfjs-backend-wasm'].map(name => `@tensorflow/${name}`);
// biome-ignore lint/suspicious/noExplicitAny: the package's types are not installed
const tf: any = await import(core!);
await import(wasm!);
await tf.setBackend('wasm');

const HIDDEN = Array<number>(7).fill(50);
const [BATCH, STEPS, TRAIN, VAL] = [50, 200, 1000, 1000];
const where = {
  option: process.argv[2],
  environment: undefined,
  config: undefined,
  cwd: process.cwd(),
  cacheFolder: '.',
};
const { train } = await loadDataset((await locateData(where)).place, { test: false });
const mean = meanImage(train, 49_000);
const imagesOf = (from: number, count: number) =>
  tf.tensor2d(
    Float32Array.from({ length: count * 3072 }, (_, i) => train.pixels[from * 3072 + i]! - mean[i % 3072]!),
    [count, 3072],
  );
const labelsOf = (from: number, count: number) =>
  tf.tensor1d(Array.from(train.labels.subarray(from, from + count)), 'int32');
const [x, y, xVal, yVal] = [
  imagesOf(0, TRAIN),
  labelsOf(0, TRAIN),
  imagesOf(49_000, VAL),
  labelsOf(49_000, VAL),
];

const dims = [3072, ...HIDDEN, 10];
const layers = dims.slice(1).map((h, i) => ({
  w: tf.variable(tf.randomNormal([dims[i], h], 0, 0.02)),
  b: tf.variable(tf.zeros([h])),
  gamma: tf.variable(tf.ones([h])),
  beta: tf.variable(tf.zeros([h])),
}));
// biome-ignore lint/suspicious/noExplicitAny: tensors
const scoresOf = (input: any) =>
  layers.reduce((out, { w, b, gamma, beta }, i) => {
    const affine = tf.add(tf.matMul(out, w), b);
    if (i === layers.length - 1) return affine;
    const center = tf.sub(affine, tf.mean(affine, 0));
    const variance = tf.mean(tf.square(center), 0);
    return tf.relu(tf.add(tf.mul(tf.div(center, tf.sqrt(tf.add(variance, 1e-5))), gamma), beta));
  }, input);
// biome-ignore lint/suspicious/noExplicitAny: tensors
const accuracyOf = (images: any, labels: any): number =>
  tf.tidy(() => tf.mean(tf.cast(tf.equal(tf.argMax(scoresOf(images), 1), labels), 'float32')).dataSync()[0]);

const optimizer = tf.train.adam(1e-3);
const start = performance.now();
for (let t = 1; t <= STEPS; t++) {
  tf.tidy(() => {
    const chosen = tf.randomUniform([BATCH], 0, TRAIN, 'int32');
    const [images, labels] = [tf.gather(x, chosen), tf.oneHot(tf.gather(y, chosen), 10)];
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, scoresOf(images)));
  });
  if (t === 1 || t % (TRAIN / BATCH) === 0) {
    accuracyOf(x, y);
    accuracyOf(xVal, yVal);
  }
}
console.log(((performance.now() - start) / 1000).toFixed(3));
