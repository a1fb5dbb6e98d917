// Replaces Piscina by a pool that says that a trial is done 100 ms before its record arrives, and keeps no process alive.
import { register } from 'node:module';

const pool = `
import { EventEmitter } from 'node:events';
export class Piscina extends EventEmitter {
  async run({ ticket }) {
    const record = { id: 'late' };
    setTimeout(() => this.emit('message', { ticket, progress: [], record }), 100).unref();
  }
  async destroy() {}
}`;
const url = text => `data:text/javascript,${encodeURIComponent(text)}`;
register(
  url(
    `export const resolve = (name, context, next) => name === 'piscina' ? { url: ${JSON.stringify(url(pool))}, shortCircuit: true } : next(name, context);`,
  ),
);
