import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { it } from 'vitest';
import { judgedOf, type Sentence } from './check.ts';
import { madeAnswer } from './made-answers.ts';
import { answerFaults } from './reading/answer-forms.ts';

it('x', async () => {
  const session = new Session();
  session.connect();
  if (process.env.PROF) {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  }
  const [from, runs] = [Number(process.env.FROM ?? 1), Number(process.env.RUNS ?? 300)];
  let sentences = 0,
    bad = 0,
    threw = 0;
  const a = performance.now();
  const forms = new Map<string, number>();
  for (let n = from; n < from + runs; n++) {
    let judged: Sentence[] = [];
    try {
      if (process.env.ANS) {
        const m = await madeAnswer(n);
        judged = answerFaults(m.question, m.sentences, m.raw).map(x => ({
          place: `answer ${m.question}`,
          ...x,
        }));
      } else judged = await judgedOf(n);
    } catch (e) {
      if (threw++ < 8) console.log(n, (e as Error).stack!.split('\n').slice(0, 5).join('\n'));
    }
    for (const { place, text, form, faults } of judged) {
      sentences++;
      forms.set(form, (forms.get(form) ?? 0) + 1);
      if (faults.length) {
        bad++;
        if (bad < 60) console.log(`${n} ${place} [${form}] ${text}\n      ${faults.slice(0, 4).join(' | ')}`);
      }
    }
  }
  if (process.env.PROF) {
    mkdirSync('/tmp/prof', { recursive: true });
    writeFileSync('/tmp/prof/a.cpuprofile', JSON.stringify((await session.post('Profiler.stop')).profile));
  }
  console.log(runs, sentences, bad, threw, 'ms', (performance.now() - a) / runs);
  console.log([...forms].map(([k, v]) => `${k} ${v}`).join('\n'));
}, 6000000);
