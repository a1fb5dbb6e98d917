/** A registry of npm on loopback that has what node_modules has, so that a test can install without a network. */
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/**
 * @param root a checkout with node_modules
 * @param folder for the archives
 */
export async function startRegistry(
  root: string,
  folder: string,
): Promise<{ readonly url: string; readonly asked: ReadonlySet<string>; close(): Promise<void> }> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, object>;
  };
  const name = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const installed = Object.keys(packages).filter(path => path !== '' && existsSync(join(root, path)));
  const asked = new Set<string>();
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname).slice(1);
    const [wanted, version] = path.split('/-/');
    const manifests = installed
      .filter(place => name(place) === wanted)
      .map(place => ({
        place,
        ...(JSON.parse(readFileSync(join(root, place, 'package.json'), 'utf8')) as { version: string }),
      }));
    const found = manifests.find(each => each.version === version);
    if (version !== undefined && found) {
      asked.add(`${wanted}@${version}`);
      const file = join(folder, `${wanted}-${version}.tgz`);
      mkdirSync(dirname(file), { recursive: true });
      await create({ file, gzip: true, cwd: join(root, found.place), prefix: 'package', portable: true }, [
        '.',
      ]);
      createReadStream(file).pipe(response);
      return;
    }
    response.statusCode = manifests.length > 0 ? 200 : 404;
    const { port } = server.address() as AddressInfo;
    const versions = manifests.map(({ place: _, ...manifest }) => [
      manifest.version,
      {
        ...manifest,
        dist: { tarball: `http://127.0.0.1:${port}/${wanted}/-/${manifest.version}` },
      },
    ]);
    response.end(
      JSON.stringify({
        name: wanted,
        'dist-tags': { latest: manifests[0]?.version },
        versions: Object.fromEntries(versions),
      }),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}
