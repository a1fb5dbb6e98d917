import { homedir } from 'node:os';
import { type Attempt, cacheFolderOf, type Found, locateData } from '../data/locate.ts';

/** Looks for the data as the command line, the environment and the experiment say. */
export function located(option: string | undefined, config: string | undefined): Promise<Found> {
  return locateData({
    option,
    environment: process.env.CIFAR_NORM_DATA,
    config,
    cwd: process.cwd(),
    cacheFolder: cacheFolder(),
  });
}

/** Where downloads go, and are found again. */
export function cacheFolder(): string {
  return cacheFolderOf(process.platform, homedir(), process.env);
}

export const attemptText = ({ where, outcome }: Attempt): string => `  ${where}: ${outcome}`;
