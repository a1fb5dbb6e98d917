import { homedir } from 'node:os';
import { type Attempt, cacheFolderOf, type Found, locateData, requireCacheFolder } from '../data/locate.ts';

/** Looks for the data as the command line, the environment and the experiment say. */
export function located(option: string | undefined, config: string | undefined): Promise<Found> {
  return locateData({
    option,
    environment: process.env.CIFAR_NORM_DATA,
    config,
    cwd: process.cwd(),
    cacheFolder: userCacheFolder(),
  });
}

/** Where downloads go, and are found again. */
export function cacheFolder(): string {
  return requireCacheFolder(userCacheFolder());
}

const userCacheFolder = (): string | undefined => cacheFolderOf(process.platform, homeFolder(), process.env);

/** Empty for a user who is not in the system's list of users and has no HOME. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

export const attemptText = ({ where, outcome }: Attempt): string => `  ${where}: ${outcome}`;
