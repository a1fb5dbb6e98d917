/** What the peers compute with: the environment in which it is fastest, and a line about it. */
import { runProgram } from './process.ts';

export type Library = 'numpy' | 'torch';

/** Nothing in the environment limits the linear algebra or chooses a kernel for it. */
export const plain: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([key]) => !/^(OPENBLAS|OMP|MKL|GOTO|BLIS)_/.test(key)),
);

/** OpenBLAS's kernels for vectors of 256 and 512 bits. On a processor newer than itself, it chooses one for 128 bits. */
const KERNELS = ['Haswell', 'SkylakeX'] as const;
/** How many times as fast one must be to replace OpenBLAS's own choice. */
const PLAINLY_FASTER = 1.1;

/** Prints the seconds of 1,000 products of the first layer in one thread. */
const PRODUCTS = {
  numpy: 'import numpy; a, b = numpy.ones((50, 3072), "f"), numpy.ones((3072, 50), "f")',
  torch: 'import torch; torch.set_num_threads(1); a, b = torch.ones(50, 3072), torch.ones(3072, 50)',
} as const;
const TIMED = `import time
for _ in range(200): a @ b
start = time.perf_counter()
for _ in range(1000): a @ b
print(time.perf_counter() - start)`;

/** The plain environment, with `OPENBLAS_CORETYPE` only if OpenBLAS does not choose its fastest kernel by itself. */
export async function fastest(python: string, library: Library): Promise<NodeJS.ProcessEnv> {
  const seconds = async (env: NodeJS.ProcessEnv): Promise<number> => {
    const words = ['-c', `${PRODUCTS[library]}\n${TIMED}`];
    const { stdout, code } = await runProgram(python, words, {
      env: { ...env, OPENBLAS_NUM_THREADS: '1' },
    });
    // A kernel that the processor cannot run ends the program.
    return code === 0 ? Number(stdout) : Number.POSITIVE_INFINITY;
  };
  let best = { env: plain, seconds: (await seconds(plain)) / PLAINLY_FASTER };
  for (const kernel of KERNELS) {
    const env = { ...plain, OPENBLAS_CORETYPE: kernel };
    const taken = await seconds(env);
    if (taken < best.seconds) best = { env, seconds: taken };
  }
  return best.env;
}

const DESCRIBE = {
  numpy: 'import numpy; a = numpy.ones((9, 9)); a.dot(a); print(numpy.__version__)',
  torch: 'import torch; print(torch.__version__); print(torch.__config__.show())',
} as const;

/** The version, the kernel that OpenBLAS reports, and what PyTorch reports of its own kernels. */
export async function description(python: string, library: Library, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, stderr } = await runProgram(python, ['-c', DESCRIBE[library]], {
    env: { ...env, OPENBLAS_VERBOSE: '2' },
  });
  const core = /^Core: (\S+)/m.exec(`${stdout}\n${stderr}`)?.[1];
  const lines = stdout.split('\n').filter(line => !line.startsWith('Core:'));
  const built = lines.flatMap(
    line => /(?:MKL-DNN|oneDNN) v[\d.]+|CPU capability usage: \S+/.exec(line)?.[0] ?? [],
  );
  const chosen = env.OPENBLAS_CORETYPE === undefined ? '' : ' (chosen for it: its own choice is slower)';
  const blas = core ? `OpenBLAS's kernel for ${core}${chosen}` : 'no OpenBLAS that reports its kernel';
  return [lines[0], blas, ...built].join(', ');
}
