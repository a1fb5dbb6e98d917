/** The build writes the size and the sha256 of a file beside it: what an installation or a copy has cut off is found before it is loaded. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** @param {URL} file */
export function writeChecksum(file) {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(new URL(`${file}.sha256`), `${bytes.length} ${sha256}\n`);
}
