/** URLs with logins, and what is shown of them. */
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/data/address.ts';
import { connect } from '../../src/run/queue/connect.ts';

const HTTP = ['http', 'https'];

describe('a URL', () => {
  it.each([
    ['http://host', 'http://host', 'http://host/', undefined],
    ['https://host:8443/a/b', 'https://host:8443', 'https://host:8443/a/b', undefined],
    ['http://host/a?key=secret#part', 'http://host', 'http://host/a?…', undefined],
    ['http://bob:pw@host/a', 'http://host', 'http://host/a', { user: 'bob', password: 'pw' }],
    ['http://bob@host/a', 'http://host', 'http://host/a', { user: 'bob', password: '' }],
    ['http://b%40b:p%2Fw%3A@host/', 'http://host', 'http://host/', { user: 'b@b', password: 'p/w:' }],
    ['http://bob:50%@host/', 'http://host', 'http://host/', { user: 'bob', password: '50%' }],
    ['http://bob:p@w@host/', 'http://host', 'http://host/', { user: 'bob', password: 'p@w' }],
    ['http://[::1]:80/', 'http://[::1]', 'http://[::1]/', undefined],
  ])('%s', (text, place, shown, login) => {
    const address = addressOf(text, HTTP);
    expect(address).toMatchObject({ place, shown });
    expect(address!.login).toEqual(login);
    expect(new URL(address!.href).username + new URL(address!.href).password).toBe('');
  });

  it.each([
    ...['', 'host', 'ftp://host/', 'http://', 'http://bob:p/w@host/', 'http://bob:80/w@host/'],
    ...['http://bob:80?w@host/', 'http://bob:80#w@host/', 'http://bob:80\\w@host/', 'http://host/@scope/x'],
  ])('is refused if its login could be taken for something else: %s', text => {
    expect(addressOf(text, HTTP)).toBeUndefined();
  });

  it('of a queue: the error does not show its password', async () => {
    for (const url of ['redis://bob:hun/ter2@host', 'redis://bob:80/ter2@host', 'redis://bob:80?ter2@host']) {
      const error = await connect(url).catch(error => error);
      expect(error.code).toBe('usage');
      expect(`${error.message} ${error.hint} ${error.stack}`).not.toMatch(/ter2|bob/);
    }
  });
});
