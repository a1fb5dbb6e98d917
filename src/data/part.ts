/** A partial download: the bytes so far, and beside them a note of the version that they belong to. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, rm, writeFile } from 'node:fs/promises';
import { NO_FOLLOW, openRegular } from '../files/regular.ts';
import { diskError } from './target.ts';

const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC } = constants;

/** Bytes of a version that a server can be asked to continue. */
export interface Held {
  readonly bytes: number;
  /** A strong ETag, or a modification date, for If-Range. */
  readonly validator: string;
}

/** Used by the process that has reserved the target, and by no other. */
export class PartFile {
  readonly path: string;
  readonly #note: string;
  readonly #signal: AbortSignal;

  constructor(target: string, signal: AbortSignal) {
    this.path = `${target}.part`;
    this.#note = `${this.path}.json`;
    this.#signal = signal;
  }

  async size(): Promise<number> {
    return (await lstat(this.path).catch(() => undefined))?.size ?? 0;
  }

  /**
   * What is held of the file at a URL, if its version is known.
   * @param url as it may be shown: the note is a file that others may read
   */
  async held(url: string): Promise<Held | undefined> {
    const bytes = await this.size();
    const note = await readNote(this.#note);
    return bytes > 0 && note?.url === url ? { bytes, validator: note.validator } : undefined;
  }

  /** Opens the part to append to it. */
  resume(): Promise<FileHandle> {
    return this.#try(() => this.#open());
  }

  /** Opens an empty part, then notes its version: bytes are never held under the note of another version. */
  restart(url: string, validator: string | undefined): Promise<FileHandle> {
    return this.#try(async () => {
      const file = await this.#open(O_TRUNC);
      try {
        await rm(this.#note, { force: true });
        if (validator !== undefined) await writeFile(this.#note, textOf({ url, validator }), { flag: 'wx' });
        return file;
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  write(file: FileHandle, chunk: Uint8Array): Promise<void> {
    return this.#try(() => file.appendFile(chunk));
  }

  remove(): Promise<void> {
    return this.#try(async () => {
      await rm(this.path, { force: true });
      await rm(this.#note, { force: true });
    });
  }

  #open(flags = 0): Promise<FileHandle> {
    return openRegular(this.path, O_WRONLY | O_CREAT | O_APPEND | NO_FOLLOW | flags);
  }

  async #try<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw diskError(this.path, error as Error, this.#signal);
    }
  }
}

interface Note {
  readonly url: string;
  readonly validator: string;
}

/** With a checksum, because a flipped bit could name another version. */
function textOf({ url, validator }: Note): string {
  const sha256 = createHash('sha256').update(`${url}\n${validator}`).digest('hex').slice(0, 16);
  return JSON.stringify({ url, validator, sha256 });
}

/** A note that cannot be read, or is damaged, is as good as none: the download restarts. */
async function readNote(path: string): Promise<Note | undefined> {
  try {
    await using file = await openRegular(path);
    const text = await file.readFile('utf8');
    const note: Note = JSON.parse(text);
    return text === textOf(note) && isValidator(note.validator) ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text can stand in If-Range: a strong ETag or a date (RFC 9110, 8.8.3 and 5.6.7). */
export const isValidator = (text: string): boolean =>
  /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(text) ||
  (/^[A-Z][a-z]+,? [\w :-]+$/.test(text) && Date.parse(text) > 0);
