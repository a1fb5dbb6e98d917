/** A job array for Slurm: task i of n runs shard i of n. */
import { shellPath, shellWord } from './text.ts';

export interface JobArray {
  readonly name: string;
  /** The command and its options, for all shards. */
  readonly words: readonly string[];
  readonly count: number;
  /** Holds one folder for each shard. */
  readonly out: string;
}

/** Ends without a newline. A task that is requeued resumes its shard. */
export function slurmScript({ name, words, count, out }: JobArray): string {
  const shards = Array.from({ length: count }, (_, i) => shellPath(`${out}/${i + 1}`));
  const merge = count > 20 ? `${shellPath(out)}/*` : shards.join(' ');
  return `#!/bin/bash
# Submit with sbatch, from a folder that all nodes see. When all tasks have ended:
#   cifar-norm merge ${merge} --out ${shellWord(`results/${name}`)}
#SBATCH --job-name=cifar-norm-${name.replaceAll(/[^\w.-]/g, '-')}
#SBATCH --array=1-${count}
#SBATCH --nodes=1
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail
task=$SLURM_ARRAY_TASK_ID
\${CIFAR_NORM:-npx cifar-norm} ${words.map(shellWord).join(' ')} \\
  --shard "$task/${count}" --out ${shellPath(out)}/"$task" --workers "\${SLURM_CPUS_PER_TASK:-1}" --quiet`;
}
