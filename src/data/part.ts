/** A download that is not finished: the bytes so far, and beside them which version of which file they are of. */
import { type FileHandle, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError } from './install.ts';

/** Bytes of a version that a server can be asked to go on with. */
export interface Held {
  readonly bytes: number;
  /** A strong ETag, or a date of last change: what If-Range takes (RFC 9110, 13.1.5). */
  readonly validator: string;
}

export class PartFile {
  readonly path: string;
  readonly #about: string;
  readonly #signal: AbortSignal;

  /** The part of the file that will be at `target`. */
  constructor(target: string, signal: AbortSignal) {
    this.path = `${target}.part`;
    this.#about = `${this.path}.json`;
    this.#signal = signal;
  }

  async size(): Promise<number> {
    return (await stat(this.path).catch(() => undefined))?.size ?? 0;
  }

  /** What is held of a URL's file, if it is known of which version it is. */
  async held(url: string): Promise<Held | undefined> {
    const bytes = await this.size();
    const about = parse(await readFile(this.#about, 'utf8').catch(() => '{}'));
    const { validator } = about;
    return bytes > 0 && about.url === url && typeof validator === 'string' ? { bytes, validator } : undefined;
  }

  /** Opens the part to go on with it. */
  goOn(): Promise<FileHandle> {
    return this.#try(() => open(this.path, 'a'));
  }

  /** Opens an empty part. What it is of is noted once nothing else is in it, so the two never disagree. */
  startAnew(url: string, validator: string | undefined): Promise<FileHandle> {
    return this.#try(async () => {
      await mkdir(dirname(this.path), { recursive: true });
      const file = await open(this.path, 'w');
      await writeFile(this.#about, JSON.stringify({ url, validator })).catch(async error => {
        await file.close();
        throw error;
      });
      return file;
    });
  }

  write(file: FileHandle, chunk: Uint8Array): Promise<void> {
    return this.#try(() => file.appendFile(chunk));
  }

  remove(): Promise<void> {
    return this.#try(async () => {
      await rm(this.path, { force: true });
      await rm(this.#about, { force: true });
    });
  }

  async #try<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw diskError(this.path, error as Error, this.#signal);
    }
  }
}

function parse(text: string): { readonly url?: unknown; readonly validator?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
