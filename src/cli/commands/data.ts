import { type Command, Option } from '@commander-js/extra-typings';
import type { Layout } from '../../data/formats/cifar.ts';
import type { Context } from '../context.ts';
import { dataOption, pathOption, withOutput } from '../options.ts';

export function registerData(program: Command, context: Context): void {
  const data = program
    .command('data')
    .summary('fetch, check and describe the data')
    .description('Fetches, checks and describes CIFAR-10.');

  withOutput(data.command('info'))
    .addOption(dataOption())
    .summary('describe the data that a run would use')
    .description('Lists where CIFAR-10 was searched, what was found, and what is in it.')
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm data info\n  cifar-norm data info --data ~/cifar-10-binary.tar.gz',
    )
    .action(async options => (await import('../data/info.ts')).dataInfo(options, context));

  withOutput(data.command('download'))
    .addOption(
      new Option('--layout <layout>', 'version of CIFAR-10; results do not depend on it')
        .choices(['binary', 'python'] satisfies Layout[])
        .default('binary' as Layout),
    )
    .addOption(new Option('--url <url>', 'a mirror that has the same file').conflicts('from'))
    .addOption(pathOption('--from <file>', 'an archive on this machine, to be checked and copied'))
    .summary('fetch CIFAR-10')
    .description(
      "Fetches the official archive (170 MB) into the user's cache folder, where every command finds it. Checks size, md5 and sha256 before it puts the file in place. Keeps the unpacked images beside it (154 MB). Resumes interrupted downloads. Honors HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm data download\n  cifar-norm data download --url https://my.mirror/cifar-10-binary.tar.gz\n  cifar-norm data download --from /media/stick/cifar-10-binary.tar.gz',
    )
    .action(async options =>
      (await import('../data/download.ts')).dataDownload(
        { ...options, layout: options.layout as Layout },
        context,
      ),
    );

  withOutput(data.command('verify'))
    .addOption(pathOption('--data <place>', 'folder or archive; by default the places that data info lists'))
    .summary('check that CIFAR-10 is complete')
    .description(
      'Reads every batch, and compares an archive with the official checksums. Exit code 0 if the data are complete, 2 if they are damaged or missing.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm data verify\n  cifar-norm data verify --data ~/cifar-10-batches-bin',
    )
    .action(async options => (await import('../data/verify.ts')).dataVerify(options, context));
}
